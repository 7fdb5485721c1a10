/** A secret that stands in the configuration, or in a file that is read anew so that it can be replaced while running. */
import { OstiaryError, Secret } from '@ostiary/primitives';
import type { ReadFile } from './pem.ts';
import { readNamed } from './read-named.ts';

/** Answers the secret as it is now. */
export type SecretSource = () => Promise<Secret>;

/** A secret that stands in the configuration or in a file. */
export interface SecretField {
  readonly value?: Secret | undefined;
  readonly file?: string | undefined;
  /** The key of the file, for error messages: `clientSecretFile`. */
  readonly path: string;
}

/**
 * The way to a secret. A file is read at every use, so a rotated secret is taken up without a restart; one line break
 * at its end is not part of the secret. Neither given: `undefined`.
 */
export function secretSource(field: SecretField, readFile: ReadFile): SecretSource | undefined {
  const { value, file } = field;
  if (value !== undefined) return async () => value;
  return file === undefined ? undefined : () => readSecret(file, field.path, readFile);
}

async function readSecret(file: string, path: string, readFile: ReadFile): Promise<Secret> {
  const text = await readNamed({ file, path }, readFile);
  const secret = text.replace(/\r?\n$/u, '');
  if (secret === '') throw new OstiaryError('config/invalid', `${path}: the file is empty.`, { detail: { file } });
  return new Secret(secret);
}
