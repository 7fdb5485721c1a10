/** The TypeScript of apps/server/proto/api.proto. Works without a network. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const server = join(import.meta.dirname, '../../apps/server');
const programs = join(import.meta.dirname, 'node_modules/.bin');

/** Where the code stands. */
export const codeFile: string = join(server, 'src/administration/api/api_pb.ts');

/** What the code must be for the proto file as it is now. */
export async function generateCode(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ostiary-api-code-'));
  try {
    const plugin = { local: join(programs, 'protoc-gen-es'), out: folder, opt: 'target=ts' };
    const template = JSON.stringify({ version: 'v2', plugins: [plugin] });
    await promisify(execFile)(join(programs, 'buf'), ['generate', join(server, 'proto'), '--template', template]);
    return await readFile(join(folder, 'api_pb.ts'), 'utf8');
  } finally {
    await rm(folder, { recursive: true });
  }
}
