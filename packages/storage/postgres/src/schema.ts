import { OstiaryError } from '@ostiary/primitives';
import type { PoolClient } from 'pg';
import type { Connections } from './connections.ts';
import { sqlState, Unfit } from './postgres-error.ts';

/**
 * One step per released version of the tables; a released step is never changed. The names begin with `ostiary_`
 * because the database may be that of a Dex, whose tables stay as they are.
 *
 * A name is ASCII, in whatever encoding the database has, and its order is that of its bytes. Value and version are
 * bytes, because JSON may hold letters that the encoding has not, and a caller may ask for any version. A deadline is
 * milliseconds since 1970, because a `Date` holds other moments than a `timestamptz`.
 */
const migrations: readonly string[] = [
  `CREATE TABLE ostiary_records (
     name text COLLATE "C" PRIMARY KEY,
     value bytea NOT NULL,
     version bytea NOT NULL,
     expires_at bigint
   );
   CREATE INDEX ostiary_records_expires_at ON ostiary_records (expires_at) WHERE expires_at IS NOT NULL;`,
];

const UNDEFINED_TABLE = '42P01';
const UNDEFINED_COLUMN = '42703';
const DUPLICATE_TABLE = '42P07';
const NO_RIGHT = '42501';
const NO_SCHEMA = '3F000';

interface Found {
  readonly read_only: boolean;
  readonly exists: boolean;
  readonly readable: boolean | null;
}

/**
 * Makes the tables in the first schema of the search path, or brings them to the version of this release, and finds out
 * whether this user may work with them. Of several processes that start together one does it.
 *
 * @throws {OstiaryError} `storage/corrupt` for tables of a newer release.
 * @throws {Unfit} for what whoever runs the database has to change.
 */
export async function prepareTables(connections: Connections): Promise<void> {
  try {
    if ((await versionOf(connections)) < migrations.length) await makeTables(connections);
    await checkRights(connections);
    await connections.query('SELECT name, value, version, expires_at FROM ostiary_records LIMIT 0');
  } catch (error) {
    throw explained(error, notOurs);
  }
}

async function makeTables(connections: Connections): Promise<void> {
  try {
    await connections.transaction(migrate);
  } catch (error) {
    throw explained(error, notMade);
  }
}

/** Looks into the first schema only: tables in a later one are those of another issuer. */
async function versionOf(connections: Connections): Promise<number> {
  const { rows } = await connections.query<Found>(
    `SELECT current_setting('transaction_read_only')::boolean AS read_only, found IS NOT NULL AS exists,
       has_table_privilege(found, 'SELECT') AS readable
     FROM ${inFirstSchema('ostiary_migrations')} AS found`,
  );
  const [found] = rows;
  if (found?.read_only) throw new Unfit('takes no writes: it is a standby, or read-only. Name the primary');
  if (!found?.exists) return 0;
  if (!found.readable) throw new Unfit(grant('SELECT', 'ostiary_migrations'));
  return checkedVersion(await connections.query(VERSION));
}

const VERSION = 'SELECT coalesce(max(version), 0)::integer AS version FROM ostiary_migrations';

/** @throws {OstiaryError} `storage/corrupt` when a newer release has been here. */
function checkedVersion({ rows }: { readonly rows: readonly { readonly version?: number }[] }): number {
  const version = rows[0]?.version ?? 0;
  if (version <= migrations.length) return version;
  const message = 'its tables were written by a newer release of Ostiary. Start that one, or name another database.';
  throw new OstiaryError('storage/corrupt', message, { detail: { version, readable: migrations.length } });
}

async function migrate(client: PoolClient): Promise<void> {
  await client.query("SELECT pg_advisory_xact_lock(hashtext('ostiary_migrations'))");
  await client.query(
    'CREATE TABLE IF NOT EXISTS ostiary_migrations (version integer PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())',
  );
  const done = checkedVersion(await client.query(VERSION));
  for (const [index, step] of migrations.entries()) {
    if (index < done) continue;
    await client.query(step);
    await client.query('INSERT INTO ostiary_migrations (version) VALUES ($1)', [index + 1]);
  }
}

async function checkRights(connections: Connections): Promise<void> {
  const { rows } = await connections.query<{ readonly exists: boolean; readonly lacking: string }>(
    `SELECT found IS NOT NULL AS exists, lacking
     FROM ${inFirstSchema('ostiary_records')} AS found, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS lacking
     WHERE found IS NULL OR NOT has_table_privilege(found, lacking)`,
  );
  if (rows.some(({ exists }) => !exists)) throw new Unfit(NOT_OURS);
  if (rows.length > 0) throw new Unfit(grant(rows.map(({ lacking }) => lacking).join(', '), 'ostiary_records'));
}

const inFirstSchema = (table: string): string => `to_regclass(quote_ident(current_schema()) || '.${table}')`;

const NOT_OURS = 'has tables named ostiary_ that are not ours. Name another database, or set a search_path';

const grant = (rights: string, table: string): string =>
  `does not give this user all rights on its tables. As their owner, run GRANT ${rights} ON ${table} TO it`;

/** Answers of the server that only whoever runs the database can put right. */
type Explanations = Readonly<Record<string, string>>;

const notOurs: Explanations = {
  [UNDEFINED_TABLE]: NOT_OURS,
  [UNDEFINED_COLUMN]: NOT_OURS,
  [DUPLICATE_TABLE]: NOT_OURS,
};

const notMade: Explanations = {
  ...notOurs,
  [NO_RIGHT]:
    'does not let this user make tables. Run GRANT USAGE, CREATE ON SCHEMA ... TO it, for the first schema of its search_path',
  [NO_SCHEMA]: 'has no schema of the search_path of this user. Create one, or correct the search_path',
};

function explained(error: unknown, explanations: Explanations): unknown {
  const state = sqlState(error instanceof OstiaryError ? error.cause : error);
  const what = state === undefined ? undefined : explanations[state];
  return what === undefined ? error : new Unfit(what);
}
