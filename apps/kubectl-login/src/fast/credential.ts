/** The cached credential as it lies on disk. Part of the fast path: imports only `fs`. */
import { closeSync, fstatSync, openSync, readFileSync, statSync } from 'node:fs';
import type { ExecApiVersion } from './exec-info.ts';

/**
 * A credential file: ready-made answers for kubectl and the numbers that say how long they are good. All times are
 * milliseconds of this machine's clock, so a wrong clock does no harm.
 */
export interface Credential extends Readonly<Record<ExecApiVersion, string>> {
  readonly version: 1;
  /** When the token arrived here. Also names the token: a later one has a larger number. */
  readonly issuedAt: number;
  /** From here on the token is replaced. Earlier than `expiresAt` by the margin. */
  readonly notAfter: number;
  /** The token's own end. */
  readonly expiresAt: number;
}

/** A file that others may read or own is not used. The reason is a full sentence. */
export interface Unsafe {
  readonly unsafe: string;
  /** Only what is open is cured by closing it. */
  readonly because: 'open' | 'foreign' | 'unreadable';
}

/** More than this the clock was set back: nobody knows how old the token is. */
const CLOCK_SLACK_MS = 60_000;

/** True while the credential may be given to kubectl without asking the issuer. */
export function isFresh(credential: Credential, now: number): boolean {
  return now < credential.notAfter && now >= credential.issuedAt - CLOCK_SLACK_MS;
}

/**
 * Reads a file that only this user may read.
 *
 * @param uid the user's id; undefined on Windows, where the profile folder's access list does this work.
 * @returns the text, undefined when there is no such file, or why it must not be trusted.
 */
export function readPrivate(path: string, uid: number | undefined): string | Unsafe | undefined {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (error) {
    const code = codeOf(error);
    return code === 'ENOENT' || code === 'ENOTDIR' ? undefined : unreadable(path, error);
  }
  try {
    const folder = path.slice(0, path.lastIndexOf('/'));
    return exposed(path, fstatSync(fd), uid) ?? exposed(folder, statSync(folder), uid) ?? readFileSync(fd, 'utf8');
  } catch (error) {
    // A folder under that name, or more than a text can hold.
    return unreadable(path, error);
  } finally {
    closeSync(fd);
  }
}

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);

const unreadable = (path: string, error: unknown): Unsafe => ({
  unsafe: `${path} cannot be read (${String(codeOf(error))}).`,
  because: 'unreadable',
});

/** Says what is wrong with the owner or the mode of a file or folder, if anything. */
export function exposed(
  path: string,
  stat: { uid: number; mode: number },
  uid: number | undefined,
): Unsafe | undefined {
  if (uid === undefined) return undefined;
  if (stat.uid !== uid) return { unsafe: `${path} belongs to another user.`, because: 'foreign' };
  return (stat.mode & 0o077) === 0 ? undefined : { unsafe: `${path} is open to other users.`, because: 'open' };
}

/** Parses a credential file; undefined when it is not one of ours (a torn or foreign file is simply replaced). */
export function parseCredential(text: string): Credential | undefined {
  try {
    const value: Partial<Credential> | null = JSON.parse(text);
    if (value?.version !== 1) return undefined;
    const { version, issuedAt, notAfter, expiresAt, v1, v1beta1 } = value;
    if (typeof issuedAt !== 'number' || typeof notAfter !== 'number' || typeof expiresAt !== 'number') return undefined;
    if (typeof v1 !== 'string' || typeof v1beta1 !== 'string') return undefined;
    return { version, issuedAt, notAfter, expiresAt, v1, v1beta1 };
  } catch {
    return undefined;
  }
}
