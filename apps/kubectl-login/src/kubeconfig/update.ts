/** Reads and writes kubeconfig files: under kubectl's own lock, in one step, and only when something changes. */
import {
  accessSync,
  chmodSync,
  chownSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
import { isOstiaryError } from '@ostiary/primitives';
import { acquireLock, type HeldLock, type LockDeps } from '../lock/file-lock.ts';
import { problem, systemCode } from '../problem.ts';
import { writeDraft } from '../store/private-files.ts';
import {
  changeKubeconfig,
  type Kubeconfig,
  type KubeconfigFile,
  type KubeconfigRequest,
  type Outcome,
} from './change.ts';
import { emptyKubeconfig, formatKubeconfig, parseKubeconfig } from './document.ts';
import type { KubeconfigPaths } from './paths.ts';

/** kubectl holds its lock for a few milliseconds. */
const LOCK_PATIENCE_MS = 5_000;

/** Reads all files. @throws {OstiaryError} `config/invalid` for one that cannot be read or parsed. */
export function readKubeconfig({ files, target }: KubeconfigPaths): Kubeconfig {
  const read = [...new Set([...files, target])].map(readFile);
  const last = read.find(({ path }) => path === target);
  if (last === undefined) throw new TypeError('the target is one of the files');
  return { files: read, target: last };
}

function readFile(path: string): KubeconfigFile {
  try {
    const text = existsSync(path) ? readFileSync(path, 'utf8') : undefined;
    return { path, text, document: text === undefined ? emptyKubeconfig() : parseKubeconfig(path, text) };
  } catch (error) {
    if (!isFileError(error)) throw error;
    throw problem({
      code: 'config/invalid',
      cause: `The kubeconfig ${path} cannot be read (${systemCode(error)}).`,
      remedy: 'Correct its permissions, or name another file with --kubeconfig.',
      error,
    });
  }
}

function isFileError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}

/**
 * Makes sure that the files of a planned change can be locked and written, and changes none of them.
 *
 * @throws {OstiaryError} `config/invalid` for the first that cannot be written, `storage/conflict` when somebody keeps
 *   the lock.
 */
export async function assertWritable(paths: KubeconfigPaths, { changes }: Outcome, deps: LockDeps): Promise<void> {
  if (changes.length === 0) return;
  makeFolder(paths);
  for (const { path } of new Set(changes.map((change) => change.file))) placeToWrite(path);
  await underLocks(paths, deps, () => {});
}

/** What a file's name leads to. @throws {OstiaryError} `config/invalid` when that must not be written. */
function placeToWrite(path: string): string {
  try {
    const real = followLinks(path);
    assertRegular(path, real);
    // A file that is closed stays as it is, as for kubectl. A closed folder does not matter to a file that is there.
    accessSync(existsSync(real) ? real : dirname(real), constants.W_OK);
    return real;
  } catch (error) {
    if (isOstiaryError(error)) throw error;
    throw cannotWrite(path, error);
  }
}

/** A device or a pipe (`KUBECONFIG=/dev/null`) would be replaced by a file, and root may do that to all of the machine. */
function assertRegular(path: string, real: string): void {
  if (statSync(real, { throwIfNoEntry: false })?.isFile() !== false) return;
  throw problem({
    code: 'config/invalid',
    cause: `The kubeconfig ${path} is no regular file.`,
    remedy: 'Name another file with --kubeconfig or KUBECONFIG.',
  });
}

/** Where the links of a path end, also when nothing is there yet. */
function followLinks(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
  }
  const isLink = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  return isLink ? followLinks(resolve(realpathSync(dirname(path)), readlinkSync(path))) : resolve(path);
}

function makeFolder({ target }: KubeconfigPaths): void {
  try {
    mkdirSync(dirname(followLinks(target)), { recursive: true, mode: 0o750 });
  } catch (error) {
    throw cannotWrite(target, error);
  }
}

/**
 * Makes the change: locks, reads again, changes, writes. Where nothing is to be changed, no lock is needed.
 *
 * @throws {OstiaryError} `storage/conflict` when somebody keeps the lock, `config/invalid` when it cannot be done.
 */
export async function updateKubeconfig(
  paths: KubeconfigPaths,
  request: KubeconfigRequest,
  deps: LockDeps,
): Promise<Outcome> {
  const planned = changeKubeconfig(readKubeconfig(paths), request);
  if (planned.changes.length === 0) return planned;
  makeFolder(paths);
  return await underLocks(paths, deps, () => {
    const outcome = changeKubeconfig(readKubeconfig(paths), request);
    for (const file of new Set(outcome.changes.map((change) => change.file))) writeFile(file, deps.newNonce());
    return outcome;
  });
}

async function underLocks<T>(paths: KubeconfigPaths, deps: LockDeps, work: () => T): Promise<T> {
  const locks: HeldLock[] = [];
  try {
    for (const path of lockPaths(paths)) locks.push(...(await lockFile(path, deps)));
    return work();
  } finally {
    for (const lock of locks.reverse()) lock.release();
  }
}

/** kubectl locks the name it was given; we also lock what a link leads to. Sorted, so that two cannot wait in a ring. */
function lockPaths({ files, target }: KubeconfigPaths): readonly string[] {
  const names = [...files, target].flatMap((path) => [resolve(path), followLinks(path)]);
  return [...new Set(names)].sort().map((path) => `${path}.lock`);
}

async function lockFile(path: string, deps: LockDeps): Promise<HeldLock[]> {
  try {
    const lock = await acquireLock<never>({ path, patienceMs: LOCK_PATIENCE_MS, unless: () => undefined }, deps);
    return 'release' in lock ? [lock] : [];
  } catch (error) {
    // A folder that we cannot write to is one where nobody of our kind changes anything; writing will say so.
    const reason = error instanceof Error ? systemCode(error.cause) : undefined;
    if (['EACCES', 'EROFS', 'EPERM'].includes(reason ?? '')) return [];
    throw error;
  }
}

function writeFile({ path, text, document }: KubeconfigFile, nonce: string): void {
  const next = formatKubeconfig(document, text);
  const place = placeToWrite(path);
  try {
    replaceFile(place, next, nonce);
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

function cannotWrite(path: string, error: unknown): Error {
  return problem({
    code: 'config/invalid',
    cause: `The kubeconfig ${path} cannot be written (${systemCode(error)}).`,
    remedy: 'Correct its permissions, or name another file with --kubeconfig.',
    error,
  });
}

/** Replaces a file in one step, with the mode and the owner it had. New files are for this user only. */
function replaceFile(path: string, text: string, nonce: string): void {
  const before = existsSync(path) ? statSync(path) : undefined;
  const draft = `${path}.${nonce}.tmp`;
  try {
    writeDraft(draft, text);
    if (before !== undefined) keepOwnerAndMode(draft, before);
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    // A single file that is mounted (containers), or a folder that is closed: then in place, as kubectl does it.
    const inPlace = before !== undefined && ['EBUSY', 'EXDEV', 'EACCES', 'EPERM'].includes(systemCode(error) ?? '');
    if (!inPlace) throw error;
    writeFileSync(path, text);
  }
}

function keepOwnerAndMode(draft: string, { uid, gid, mode }: { uid: number; gid: number; mode: number }): void {
  const own = statSync(draft);
  if (own.uid !== uid || own.gid !== gid) chownSync(draft, uid, gid);
  chmodSync(draft, mode & 0o7777);
}
