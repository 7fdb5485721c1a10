/** Files that only this user may read: folders 0700, files 0600, replaced in one step. */
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { OstiaryError } from '@ostiary/primitives';
import { exposed, readPrivate, type Unsafe } from '../fast/credential.ts';
import { shellWord } from '../plain-text.ts';
import { problem, systemCode } from '../problem.ts';

export interface PrivateFiles {
  /** Undefined when there is no such file. Throws when others may read or own it. */
  read(path: string): string | undefined;
  /** Replaces the file in one step. Throws when its folder is open to others. */
  write(path: string, text: string): void;
  remove(path: string): void;
  /** The names in a folder: none when it is not there. Throws when they cannot be read, which is not the same. */
  names(folder: string): readonly string[];
  /** What processes that were killed left of writing this file. */
  readDrafts(path: string): readonly string[];
  /** Removes that. For the holder of the file's lock only. */
  removeDrafts(path: string): void;
  /** Makes the folder when it is missing, and refuses one that is open to others. */
  folder(path: string): void;
}

export interface PrivateFilesDeps {
  /** The user's id; undefined on Windows. */
  readonly uid: number | undefined;
  readonly newNonce: () => string;
}

/** The real files. */
export function createPrivateFiles({ uid, newNonce }: PrivateFilesDeps): PrivateFiles {
  const folder = (path: string): void => ensureFolder(path, uid);
  const read = (path: string): string | undefined => {
    const text = readPrivate(path, uid);
    if (typeof text === 'object') throw unsafeFile(text, path);
    return text;
  };
  return {
    folder,
    read,
    write(path, text) {
      folder(dirname(path));
      replaceFile(path, text, newNonce());
    },
    remove: (path) => rmSync(path, { force: true }),
    names: namesIn,
    readDrafts: (path) => findDrafts(path).flatMap((draft) => read(draft) ?? []),
    removeDrafts(path) {
      for (const draft of findDrafts(path)) rmSync(draft, { force: true });
    },
  };
}

function ensureFolder(path: string, uid: number | undefined): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw problem({
      code: 'config/invalid',
      cause: `The folder ${path} cannot be used (${systemCode(error)}).`,
      remedy: 'Make it writable, or set KUBECTL_LOGIN_HOME to a folder of your own.',
      error,
    });
  }
  const open = exposed(path, statSync(path), uid);
  if (open !== undefined) throw unsafeFile(open, path);
}

function unsafeFile({ unsafe, because }: Unsafe, path: string): OstiaryError {
  const elsewhere = 'set KUBECTL_LOGIN_HOME to a folder of your own.';
  const remedies = {
    open: `Check who changed it, then: chmod -R go= ${shellWord(dirname(path))}`,
    foreign: `Run kubectl as that user, or ${elsewhere}`,
    unreadable: `Correct its owner and permissions, or ${elsewhere}`,
  };
  return problem({
    code: 'config/invalid',
    cause: `${unsafe} It may hold tokens and is not used.`,
    remedy: remedies[because],
  });
}

/** The name of the file that a draft (`NAME.NONCE.tmp`) was to become; undefined for what is no draft. */
export function draftOwner(name: string): string | undefined {
  return /^(.+)\.[^.]+\.tmp$/.exec(name)?.[1];
}

function findDrafts(path: string): readonly string[] {
  const folder = dirname(path);
  return namesIn(folder)
    .filter((name) => draftOwner(name) === basename(path))
    .map((name) => join(folder, name));
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '')) return [];
    throw unsafeFile({ unsafe: `${folder} cannot be read (${systemCode(error)}).`, because: 'unreadable' }, folder);
  }
}

/**
 * Makes a new file that only this user may read, and has it on the disk when this returns: after a rename a power cut may
 * otherwise leave an empty file under the new name.
 */
export function writeDraft(path: string, text: string): void {
  // The descriptor that wrote it is the one that is synced: Windows syncs none that is open for reading only.
  const fd = openSync(path, 'wx', 0o600);
  try {
    writeFileSync(fd, text); // all of it, or an error
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function replaceFile(path: string, text: string, nonce: string): void {
  const draft = `${path}.${nonce}.tmp`;
  try {
    writeDraft(draft, text);
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw problem({
      code: 'config/invalid',
      cause: `${path} cannot be written (${systemCode(error)}).`,
      remedy: 'Free some disk space or correct the permissions, then try again.',
      error,
    });
  }
}
