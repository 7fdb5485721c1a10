import { OstiaryError } from '@ostiary/primitives';
import type { ReadFile } from './pem.ts';
import { whyUnreadable } from './text-file.ts';

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
    throw new OstiaryError('config/invalid', `${path}: the file ${whyUnreadable(cause)}`, { cause, detail: { file } });
  });
}
