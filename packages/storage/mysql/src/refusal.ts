import { certificateRefusals } from '@ostiary/storage-sdk/server';
import { isReadOnly, ServerError, Unfit } from './mysql-error.ts';

const certificates = certificateRefusals({ authority: 'Set ssl.caFile to its authority', name: 'Correct host' });

const TAKES_NO_WRITES = 'takes no writes: it is a replica, or read-only. Name the primary';

const refusedNumbers: Readonly<Record<number, string>> = {
  1044: 'does not let this user into this database. GRANT it rights on it, or correct `database`',
  1045: 'refuses this user and password. Correct them, and see from which hosts the user may come',
  1049: 'has no database of that name. Create it, or correct `database`',
  1130: 'lets nobody in from here. Make the user for this host, or for %',
  1665: 'keeps a log of statements. Set its binlog_format to ROW or MIXED',
  1698: 'refuses this user and password. Correct them, and see which plugin the user logs in with',
  1820: 'wants a new password for this user. Set one there',
  1862: 'has a password for this user that has expired. Set a new one there',
  3118: 'has locked this user. Unlock it there',
  3159: 'wants TLS. Set ssl.mode to true',
  4151: 'has locked this user. Unlock it there',
};

/** What the client says itself. */
const refusedWords: readonly (readonly [words: RegExp, what: string])[] = [
  [/does not support secure connection/u, 'speaks no TLS. Turn it on there, or set ssl.mode to false'],
  [/mysql_clear_password/u, 'wants the password in clear, which it does not get. Choose another plugin for this user'],
  [
    /unknown plugin/u,
    'wants a way to log in that is not known here. Choose caching_sha2_password or mysql_native_password for this user',
  ],
];

/** Why the database and this configuration do not come together; `undefined` when trying again may help. */
export function refusal(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error instanceof Unfit) return error.message;
  if (error instanceof ServerError) return isReadOnly(error) ? TAKES_NO_WRITES : refusedNumbers[error.errno];
  const code = 'code' in error ? String(error.code) : '';
  return certificates[code] ?? refusedWords.find(([words]) => words.test(error.message))?.[1] ?? refusal(error.cause);
}
