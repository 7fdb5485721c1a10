import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPrivateFiles } from './private-files.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'private-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const ours = process.getuid?.();

describe.skipIf(ours === undefined)('a file with tokens', () => {
  const read = (uid: number | undefined, mode: number): string | undefined => {
    const path = join(folder, 'session');
    writeFileSync(path, 'text');
    chmodSync(path, mode);
    return createPrivateFiles({ uid, newNonce: () => 'nonce' }).read(path);
  };
  const refusal = (cause: string, remedy: string): Error =>
    expect.objectContaining({
      code: 'config/invalid',
      message: `${join(folder, 'session')} ${cause} It may hold tokens and is not used.`,
      detail: { remedy },
    });

  it('that is open to others can be closed', () => {
    const remedy = `Check who changed it, then: chmod -R go= ${folder}`;
    expect(() => read(ours, 0o644)).toThrow(refusal('is open to other users.', remedy));
  });

  it('of another user cannot be cured by closing it', () => {
    const remedy = 'Run kubectl as that user, or set KUBECTL_LOGIN_HOME to a folder of your own.';
    expect(() => read(4_000_000, 0o600)).toThrow(refusal('belongs to another user.', remedy));
  });

  it('that cannot be read is not cured by closing it either', () => {
    mkdirSync(join(folder, 'session'));
    const remedy = 'Correct its owner and permissions, or set KUBECTL_LOGIN_HOME to a folder of your own.';
    const files = createPrivateFiles({ uid: ours, newNonce: () => 'nonce' });
    chmodSync(join(folder, 'session'), 0o700);
    expect(() => files.read(join(folder, 'session'))).toThrow(refusal('cannot be read (EISDIR).', remedy));
  });

  it('is closed by a command that a shell takes as it is meant', () => {
    const path = join(folder, "Jane's files", 'session');
    mkdirSync(dirname(path), { mode: 0o755 });
    writeFileSync(path, 'text', { mode: 0o600 });
    const files = createPrivateFiles({ uid: ours, newNonce: () => 'nonce' });
    const remedy = `Check who changed it, then: chmod -R go= '${folder}/Jane'\\''s files'`;
    expect(() => files.read(path)).toThrow(expect.objectContaining({ detail: { remedy } }));
  });
});
