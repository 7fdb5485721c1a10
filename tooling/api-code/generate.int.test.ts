import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { codeFile, generateCode } from './generate.ts';

it('the code of the API for administrators is that of its proto file', async () => {
  expect(await generateCode(), 'run pnpm generate:api').toBe(await readFile(codeFile, 'utf8'));
});
