import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { silentLogger } from '@ostiary/primitives';
import { openSqliteDriver } from '@ostiary/storage-sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const workerFile = fileURLToPath(new URL('./worker.ts', import.meta.url));

// In a process of its own: the recursive mkdir of Node 24 never ends below /proc, and nothing but a signal stops it.
it.runIf(process.platform === 'linux')('a path in a folder that cannot be made ends the start', async () => {
  const args = ['--conditions=@ostiary/source', workerFile, '/proc/none/ostiary.db'];
  const ended = promisify(execFile)(process.execPath, args, { timeout: 20_000, killSignal: 'SIGKILL' });
  await expect(ended).rejects.toMatchObject({
    killed: false,
    stderr: expect.stringContaining('/proc/none/ostiary.db is in a folder that cannot be made'),
  });
});

/** Opens a file as somebody who is not root, because root may do everything. */
const opener = `
import { openSqliteDriver } from '@ostiary/storage-sqlite';
if (process.getuid() === 0) process.setuid(65534);
const log = { debug() {}, info() {}, warn() {}, error() {} };
await openSqliteDriver({ file: process.env.FILE, now: () => new Date(), random: (size) => new Uint8Array(size), log });
`;

describe.skipIf(process.platform === 'win32')('a file that may only be read', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ostiary-sqlite-'));
    chmodSync(folder, 0o777);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it.each(['', '-shm', '-wal'])('ends the start, and nothing is made beside it: ostiary.db%s', async (companion) => {
    const file = join(folder, 'ostiary.db');
    const deps = { now: () => new Date(), random: (size: number) => new Uint8Array(size), log: silentLogger };
    await (await openSqliteDriver({ ...deps, file }))[Symbol.asyncDispose]();
    chmodSync(file, 0o666);
    if (companion !== '') writeFileSync(`${file}${companion}`, '');
    chmodSync(`${file}${companion}`, 0o444);
    const before = readdirSync(folder);
    const args = ['--conditions=@ostiary/source', '--input-type=module', '-e', opener];
    const cwd = fileURLToPath(new URL('.', import.meta.url));
    const ended = promisify(execFile)(process.execPath, args, { cwd, env: { ...process.env, FILE: file } });
    await expect(ended).rejects.toMatchObject({
      stderr: expect.stringContaining(`${file}${companion} cannot be written (EACCES)`),
    });
    expect(readdirSync(folder)).toEqual(before);
  });
});
