/** Writes the code of the API for administrators. */
import { writeFile } from 'node:fs/promises';
import { codeFile, generateCode } from './generate.ts';

await writeFile(codeFile, await generateCode());
