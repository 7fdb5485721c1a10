/** What only the system can say: closed files, other owners, mounted files. Tests with another user need root. */
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Result, runCommand, skipBecause } from '@ostiary/tooling-servers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const program = fileURLToPath(new URL('../../test/support/update-kubeconfig.ts', import.meta.url));
const node = [process.execPath, '--conditions=@ostiary/source', '--disable-warning=ExperimentalWarning'];
const nobody = { uid: 65_534, gid: 65_534 };
const text = 'apiVersion: v1\nkind: Config\n';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'kubeconfig-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const file = (): string => join(home, 'config');
const run = (user?: typeof nobody): Promise<Result> => {
  const [command = '', ...args] = [...node, program, file()];
  return runCommand({ command, args, user });
};

/** The file, with an owner and a mode, in a folder that is another's or not. */
function prepare({ uid = 0, mode = 0o600, folder = 0 }: { uid?: number; mode?: number; folder?: number }): void {
  writeFileSync(file(), text);
  chownSync(file(), uid, uid);
  chmodSync(file(), mode);
  chownSync(home, folder, folder);
  chmodSync(home, 0o755);
}

const owner = (): object => {
  const { uid, gid, mode } = statSync(file());
  return { uid, gid, mode: mode & 0o777 };
};

async function whyNoOtherUser(): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return skipBecause('only root can start a program of another user');
  const args = ['-e', 'require("node:fs").accessSync(process.argv[1])', program];
  const { exitCode } = await runCommand({ command: process.execPath, args, user: nobody }).catch(() => ({
    exitCode: 1,
  }));
  return exitCode === 0 ? undefined : skipBecause('another user cannot read this folder');
}

describe.skipIf((await whyNoOtherUser()) !== undefined)('a kubeconfig and its owner', () => {
  it('stays as it is when it is closed, though its folder is open', async () => {
    prepare({ uid: nobody.uid, mode: 0o400, folder: nobody.uid });
    const before = statSync(file());
    const { exitCode, stderr } = await run(nobody);
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: `The kubeconfig ${file()} cannot be written (EACCES). Correct its permissions, or name another file with --kubeconfig.\n`,
    });
    expect(readFileSync(file(), 'utf8')).toBe(text);
    expect(statSync(file())).toMatchObject({ ino: before.ino, mode: before.mode });
    expect(readdirSync(home)).toEqual(['config']);
  });

  it('is not made in a folder that is closed', async () => {
    chmodSync(home, 0o755);
    const { exitCode, stderr } = await run(nobody);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`The kubeconfig ${file()} cannot be written (EACCES).`);
    expect(existsSync(file())).toBe(false);
  });

  it('is written in place when its folder is closed', async () => {
    prepare({ uid: nobody.uid });
    const { ino } = statSync(file());
    expect(await run(nobody)).toMatchObject({ exitCode: 0, stderr: '' });
    expect(statSync(file()).ino).toBe(ino);
    expect(readFileSync(file(), 'utf8')).toContain('current-context: a');
  });

  it('is written in place when its owner cannot be kept otherwise', async () => {
    prepare({ mode: 0o666, folder: nobody.uid });
    const { ino } = statSync(file());
    expect(await run(nobody)).toMatchObject({ exitCode: 0, stderr: '' });
    expect(statSync(file()).ino).toBe(ino);
    expect(owner()).toEqual({ uid: 0, gid: 0, mode: 0o666 });
    expect(readFileSync(file(), 'utf8')).toContain('current-context: a');
    expect(readdirSync(home)).toEqual(['config']);
  });

  it('keeps its owner and its mode when root writes it', async () => {
    prepare({ uid: nobody.uid, mode: 0o640, folder: nobody.uid });
    const { ino } = statSync(file());
    expect(await run()).toMatchObject({ exitCode: 0, stderr: '' });
    expect(statSync(file()).ino).not.toBe(ino);
    expect(owner()).toEqual({ ...nobody, mode: 0o640 });
  });
});

/** A mount of its own, as a container has for a single file. */
const mounted = (command: readonly string[]): Promise<Result> =>
  runCommand({
    command: 'unshare',
    args: ['--mount', 'sh', '-c', 'mount --bind "$0" "$1" && shift && exec "$@"', ...command],
  });

async function whyNoMount(): Promise<string | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'mount-'));
  const ends = ['a', 'b'].map((name) => join(folder, name));
  for (const path of ends) writeFileSync(path, '');
  const { exitCode } = await mounted([...ends, 'true']).catch(() => ({ exitCode: 1 }));
  rmSync(folder, { recursive: true });
  return exitCode === 0 ? undefined : skipBecause('no mount can be made here');
}

describe.skipIf((await whyNoMount()) !== undefined)('a kubeconfig that is a mount of its own', () => {
  it('is written in place', async () => {
    mkdirSync(join(home, 'outside'));
    const outside = join(home, 'outside', 'config');
    for (const path of [outside, file()]) writeFileSync(path, text);
    expect(await mounted([outside, file(), ...node, program, file()])).toMatchObject({ exitCode: 0, stderr: '' });
    expect(readFileSync(outside, 'utf8')).toContain('current-context: a');
    expect(readFileSync(file(), 'utf8')).toBe(text);
    expect(readdirSync(home).sort()).toEqual(['config', 'outside']);
  });
});
