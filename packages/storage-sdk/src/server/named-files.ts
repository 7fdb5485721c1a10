import { readFile } from 'node:fs/promises';
import { OstiaryError, type Secret } from '@ostiary/primitives';

/** A password as configuration files give it: itself, or the file it stands in. */
export interface PasswordOptions {
  readonly password?: Secret;
  readonly passwordFile?: string;
}

/** The files of TLS, each of PEM. */
export interface TlsFiles {
  /** Whom to trust. */
  readonly caFile?: string;
  /** Who we are, for servers that ask. */
  readonly certFile?: string;
  readonly keyFile?: string;
}

/** What stands in {@link TlsFiles}, under the names that `node:tls` has for it. */
export interface TlsMaterial {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/**
 * The password, from its file if it has one, without the end of the line there. Asked anew for each connection, it
 * follows a file that is replaced.
 *
 * @throws {OstiaryError} `config/invalid` for a file that cannot be read.
 */
export async function readPassword({ password, passwordFile }: PasswordOptions): Promise<string | undefined> {
  if (passwordFile === undefined) return password?.reveal();
  return (await readNamedFile(passwordFile, 'passwordFile')).replace(/\r?\n$/, '');
}

/**
 * Reads the files of TLS that are named. `at` is the key they stand below (`tls`), for the error.
 *
 * @throws {OstiaryError} `config/invalid` for a file that cannot be read.
 */
export async function readTlsFiles({ caFile, certFile, keyFile }: TlsFiles, at: string): Promise<TlsMaterial> {
  return {
    ...(caFile === undefined ? {} : { ca: await readNamedFile(caFile, `${at}.caFile`) }),
    ...(certFile === undefined ? {} : { cert: await readNamedFile(certFile, `${at}.certFile`) }),
    ...(keyFile === undefined ? {} : { key: await readNamedFile(keyFile, `${at}.keyFile`) }),
  };
}

/**
 * Reads a file that a configuration names as text.
 *
 * @throws {OstiaryError} `config/invalid`, which says under which key it stands, when it cannot be read.
 */
export async function readNamedFile(file: string, key: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new OstiaryError('config/invalid', `${key}: the file cannot be read. Check path and rights.`, { cause });
  }
}
