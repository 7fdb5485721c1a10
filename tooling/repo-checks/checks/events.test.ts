import { describe, expect, it } from 'vitest';
import { fixture } from '../test/fixture.ts';
import { events } from './events.ts';

const table = (...names: readonly string[]): string =>
  `| event | means |\n| --- | --- |\n${names.map((name) => `| \`${name}\` | \`not.one\` |\n`).join('')}\nAnd \`none.here\`.\n`;

const problems = async (code: string, document: string): Promise<readonly string[]> => {
  const files = {
    'packages/a/src/a.ts': code,
    'packages/a/src/a.test.ts': "log.warn('of.a_test')",
    'docs/operating.md': document,
  };
  return (await events.run(fixture(files))).map(({ path, problem }) => `${path}: ${problem}`);
};

describe('events', () => {
  it.each([
    "log.warn('a.b', {})",
    "return { event: 'a.b', message }",
    "request.log.info(\n  'a.b')",
    "deps.log.error(x ? 'a.b' : 'a.b')",
    `log.warn(\`$\{x}.b\`)`,
  ])('finds %j when no row names it, and is content with one', async (code) => {
    expect(await problems(code, table())).toContainEqual(
      expect.stringMatching(/^packages\/a\/src\/a\.ts:\d: the event /),
    );
    expect(await problems(code, table('a.b'))).toEqual([]);
  });

  it('asks for no row for what only debug shows, and for no other method of that name', async () => {
    expect(
      await problems("log.debug('a.b'); report.warn('c.d'); log.warn(event); ({ event: 'click' })", table()),
    ).toEqual([]);
  });

  it('finds a row of an event that is gone', async () => {
    expect(await problems("log.debug('a.b')", table('a.b', 'c.d'))).toEqual([
      'docs/operating.md: nothing logs the event c.d.',
    ]);
  });
});
