import { formatPath } from '@ostiary/connector-sdk/config';
import { OstiaryError } from '@ostiary/primitives';
import { z } from 'zod';

/** What an administrator asked for and cannot have. The message says what to do. */
export const refused = (message: string): OstiaryError => new OstiaryError('config/invalid', message);

/** It would be back at the next start. */
export const standsInFile = (what: string): OstiaryError =>
  refused(`${what} stands in the configuration file. Change it there: a running server follows its file.`);

/**
 * Values as a schema has them.
 *
 * @throws {OstiaryError} `config/invalid` with everything that is wrong, and where.
 */
export function checked<T>(schema: z.ZodType<T>, value: unknown): T {
  const { data, error } = schema.safeParse(value);
  if (error === undefined) return data;
  const place = (path: readonly PropertyKey[]): string =>
    formatPath(
      '',
      path.map((part) => (typeof part === 'symbol' ? String(part) : part)),
    );
  throw refused(error.issues.map(({ path, message }) => `${place(path)} ${message}`).join('\n'));
}

/** A text that stands on pages and in lines of the log. */
export const shownText = z
  .string()
  .max(1_000, 'is longer than 1000 signs. Shorten it.')
  .refine((value) => value.isWellFormed() && !/\p{Cc}/u.test(value), 'has signs that cannot be shown. Remove them.');
