/** Files as text, and what is told of one that is none. */
import { isUtf8 } from 'node:buffer';
import { isOstiaryError, OstiaryError } from '@ostiary/primitives';

/**
 * The bytes of a file as text, without a byte order mark at the beginning.
 *
 * @throws {OstiaryError} `config/invalid` for bytes that are not UTF-8. Taken for UTF-8, a secret would be another one.
 */
export function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    const line = brokenLine(bytes);
    throw new OstiaryError('config/invalid', `is not UTF-8 (line ${line}). Save it as UTF-8.`, { cause });
  }
}

/** Why a file cannot be read and what to do, as the end of a sentence that begins with the file. */
export function whyUnreadable(error: unknown): string {
  if (isOstiaryError(error, 'config/invalid')) return error.message;
  return reasons[codeOf(error)] ?? 'cannot be read. Check the path and its permissions.';
}

/** Like {@link whyUnreadable}, for a file that should be PEM: one that is not UTF-8 is DER, most likely. */
export function whyNoPem(error: unknown): string {
  if (!isOstiaryError(error, 'config/invalid')) return whyUnreadable(error);
  return 'is not UTF-8, as PEM is. Convert it, for example with openssl x509 -inform der.';
}

/** True for an error of something that is there, so that it must have been meant as a path. */
export function isThere(error: unknown): boolean {
  return isOstiaryError(error, 'config/invalid') || ['EISDIR', 'EACCES', 'EPERM'].includes(codeOf(error));
}

const absent = 'does not exist. Check the path.';
const forbidden = 'cannot be read: permission denied. Let the user that runs Ostiary read it.';
const reasons: Readonly<Partial<Record<string, string>>> = {
  ENOENT: absent,
  ENOTDIR: absent,
  EISDIR: 'is a directory. Name a file.',
  EACCES: forbidden,
  EPERM: forbidden,
};

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : '');

/** No sign of UTF-8 goes over a line break, so each line can be looked at by itself. */
function brokenLine(bytes: Uint8Array): number {
  const lines = Buffer.from(bytes).toString('latin1').split('\n');
  return 1 + lines.findIndex((line) => !isUtf8(Buffer.from(line, 'latin1')));
}
