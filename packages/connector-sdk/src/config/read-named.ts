import { OstiaryError } from '@ostiary/primitives';
import type { ReadFile } from './pem.ts';

/** A file, and the key that names it, for error messages: `clientSecretFile`. */
export interface NamedFile {
  readonly file: string;
  readonly path: string;
}

/**
 * The text of a file that a key names.
 *
 * @throws {OstiaryError} `config/invalid` when it cannot be read.
 */
export async function readNamed({ file, path }: NamedFile, readFile: ReadFile): Promise<string> {
  return readFile(file).catch((cause: unknown) => {
    const message = `${path}: the file cannot be read. Check the path and its permissions.`;
    throw new OstiaryError('config/invalid', message, { cause, detail: { file } });
  });
}
