import { OstiaryError } from '@ostiary/primitives';
import { certificateRefusals } from '@ostiary/storage-sdk/server';
import { DatabaseError } from 'pg';

/** SQLSTATE codes of PostgreSQL (its manual, appendix A). */
const SERIALIZATION_FAILURE = '40001';
const DEADLOCK = '40P01';
const ADMIN_SHUTDOWN = '57P01';
const READ_ONLY = '25006';
const DATA_CORRUPTED = 'XX001';
const INDEX_CORRUPTED = 'XX002';

/** Why this PostgreSQL, reached and logged in to, is not fit to be a storage: the rest of a sentence that names it. */
export class Unfit extends Error {
  override readonly name = 'Unfit';
}

/** The code of an answer of the server; `undefined` for an error of the way to it. */
export function sqlState(error: unknown): string | undefined {
  return error instanceof DatabaseError ? error.code : undefined;
}

/** True when another transaction was in the way: nothing was changed, and trying again helps. */
export function isConflict(error: unknown): boolean {
  const state = sqlState(error);
  return state === SERIALIZATION_FAILURE || state === DEADLOCK;
}

/** What is said of a connection that was there and is not any more. */
const cut = /^Connection terminated unexpectedly|is not queryable|\b(?:ECONNRESET|EPIPE)\b/u;

/** True when a connection ended under a statement. Whether the statement was carried out is not known. */
export function isCut(error: unknown): boolean {
  const state = sqlState(error);
  if (state !== undefined) return state === ADMIN_SHUTDOWN;
  return error instanceof Error && cut.test(error.message);
}

/** True when a write came to a server that takes none: a standby, after a failover. */
export function isReadOnly(error: unknown): boolean {
  return sqlState(error) === READ_ONLY;
}

/**
 * True when the other connections of a pool are likely to be as bad as the one that failed: it was cut or fell silent,
 * the server ends, or what was the primary takes no writes any more.
 */
export function isOfServer(error: unknown): boolean {
  const state = sqlState(error);
  return state === undefined || isReadOnly(error) || state.startsWith('08') || state.startsWith('57P');
}

/** What went wrong with a statement, as the contract has it. */
export function toOstiaryError(error: unknown): OstiaryError {
  const cause = withoutValues(error);
  const state = sqlState(error);
  const detail = state === undefined ? {} : { sqlState: state };
  if (state === DATA_CORRUPTED || state === INDEX_CORRUPTED) {
    return new OstiaryError('storage/corrupt', 'The database is damaged.', { cause, detail });
  }
  return new OstiaryError('storage/unavailable', 'The storage does not answer. Please try again.', { cause, detail });
}

/** PostgreSQL quotes rows and statements in its errors, and the pool hangs the client on them: no log may have that. */
export function withoutValues(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  for (const key of ['client', 'detail', 'where', 'internalQuery']) Reflect.deleteProperty(error, key);
  return error;
}

const refusedStates: Readonly<Record<string, string>> = {
  '28P01': 'refuses this user and password. Correct them',
  '28000': 'lets this user not in from here. Correct user, database and ssl.mode, or its pg_hba.conf',
  '3D000': 'has no database of that name. Create it, or correct `database`',
  '42501': 'does not let this user into this database. GRANT it the right to CONNECT',
  [READ_ONLY]: 'takes no writes: it is a standby, or read-only. Name the primary',
};

const refusedWays: Readonly<Record<string, string>> = {
  ...certificateRefusals({ authority: 'Set ssl.caFile to its authority', name: 'Correct host' }),
  ERR_TLS_CERT_ALTNAME_INVALID:
    'has a certificate for another name. Correct host, or set ssl.mode to verify-ca, which does not look at the name',
};

/** What the client says itself, without a code. */
const refusedWords: readonly (readonly [words: RegExp, what: string])[] = [
  [/does not support SSL/u, 'speaks no TLS. Turn it on there, or set ssl.mode to disable'],
  [/password must be a/u, 'wants a password. Set password or passwordFile'],
];

/** Why PostgreSQL and this configuration do not come together; `undefined` when trying again may help. */
export function refusal(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error instanceof Unfit) return error.message;
  const state = sqlState(error);
  if (state !== undefined) return refusedStates[state];
  const code = 'code' in error ? String(error.code) : '';
  return refusedWays[code] ?? refusedWords.find(([words]) => words.test(error.message))?.[1] ?? refusal(error.cause);
}
