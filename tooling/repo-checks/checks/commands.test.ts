import { describe, expect, it } from 'vitest';
import { fixture } from '../test/fixture.ts';
import { commands } from './commands.ts';

const manifest = { scripts: { start: 'x', build: 'x', bench: 'x' }, devDependencies: { vitest: '1' } };

const problems = async (text: string): Promise<readonly string[]> => {
  const files = { 'package.json': manifest, 'docs/a.md': text, 'docs/install.sh': '', '.ci/run': '' };
  return (await commands.run(fixture(files))).map(({ path, problem }) => `${path}: ${problem}`);
};

const block = (code: string): string => `\`\`\`sh\n${code}\n\`\`\`\n`;

describe('commands', () => {
  it.each([
    'npm start   # runs it',
    'npm run bench && pnpm build',
    'npm i -g some-package',
    'npm prefix -g',
    'pnpm vitest run --project unit',
    'pnpm exec tsc',
    'bash .ci/run',
    'bash install.sh',
    'node --inspect',
    'kubectl get pods',
  ])('accepts %j', async (command) => {
    expect(await problems(`\`${command}\`\n${block(command)}`)).toEqual([]);
  });

  it.each([
    ['npm bin -g', 'bin is neither a script of this workspace nor known of npm'],
    ['npm test', 'test is neither a script'],
    ['npm build', 'build is neither a script'],
    ['npm run tests', 'tests is neither a script'],
    ['pnpm run vitest', 'vitest is neither a script'],
    ['pnpm create:theme acme', 'create:theme is neither a script'],
    ['cd docs && pnpm tests', 'tests is neither a script'],
    ['bash .ci/walk', 'there is no .ci/walk'],
    ['node tooling/main.ts all', 'there is no tooling/main.ts'],
  ])('finds %j, in a block and in a sentence', async (command, problem) => {
    expect(await problems(`One \`${command}\`.\n\n${block(command)}`)).toEqual([
      expect.stringMatching(/^docs\/a\.md:4: /),
      expect.stringContaining(problem),
    ]);
  });

  it('leaves other code alone', async () => {
    expect(await problems('`bash`, `node:fs`, `pnpm`\n```text\nnpm nonsense\n```\n')).toEqual([]);
  });
});
