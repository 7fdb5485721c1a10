import { expect, it } from 'vitest';
import { fixture } from '../test/fixture.ts';
import { docsInstalls } from './docs-installs.ts';

const readme = (install: string, code: string): string =>
  `# Title\n\n\`\`\`sh\n${install}\n\`\`\`\n\n\`\`\`ts\n${code}\n\`\`\`\n`;

const problems = async (text: string): Promise<readonly string[]> =>
  (await docsInstalls.run(fixture({ 'package.json': {}, 'packages/a/README.md': text }))).map(({ problem }) => problem);

it.each([
  ['npm i @ostiary/a', `import { z } from 'zod';`, 'zod'],
  ['npm install @ostiary/a zod', `import { b } from '@ostiary/b/sub';`, '@ostiary/b'],
  ['pnpm add @ostiary/a', `import 'zod/v4';`, 'zod'],
])('finds that %s leaves out what %s needs', async (install, code, name) => {
  expect(await problems(readme(install, code))).toEqual([
    `an example imports ${name}, which nobody is told to install.`,
  ]);
});

it.each([
  ['npm i @ostiary/a zod', `import { a } from '@ostiary/a/sub';\nimport { z } from 'zod';`],
  ['npm i @ostiary/a', `import { readFile } from 'node:fs/promises';\nimport { mine } from './mine.ts';`],
  ['npm i @ostiary/a \\\n  zod', `import { z } from 'zod';`],
  ['npm i -g @ostiary/a', `import { z } from 'zod';`],
  ['npm start', `import { z } from 'zod';`],
])('is content with %s for %j', async (install, code) => {
  expect(await problems(readme(install, code))).toEqual([]);
});
