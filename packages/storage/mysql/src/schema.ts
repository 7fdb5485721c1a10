import { OstiaryError } from '@ostiary/primitives';
import type { Connections } from './connections.ts';
import { isTaken, ServerError, Unfit } from './mysql-error.ts';

/**
 * One step per released version of the tables; a released step is never changed. MySQL ends a transaction at every change of
 * a table, so a step may be repeated: by a process that starts at the same moment, or after one that was killed. The names
 * begin with `ostiary_` because the database may be that of a Dex, whose tables stay as they are.
 *
 * Names, values and versions are bytes, so no collation takes two keys for one and no character set loses a letter. Of a
 * name there are as many as the contract has, because an index has room for 3072 at most. A deadline is milliseconds since
 * 1970, because a `Date` holds other moments than a `DATETIME`.
 */
const migrations: readonly string[] = [
  `CREATE TABLE IF NOT EXISTS ostiary_records (
     name VARBINARY(2000) NOT NULL PRIMARY KEY,
     value MEDIUMBLOB NOT NULL,
     version VARBINARY(64) NOT NULL,
     expires_at BIGINT NULL,
     KEY ostiary_records_expires_at (expires_at)
   ) ENGINE = InnoDB ROW_FORMAT = DYNAMIC`,
];

const MIGRATIONS_TABLE = `CREATE TABLE IF NOT EXISTS ostiary_migrations (
   version INT NOT NULL PRIMARY KEY,
   applied_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
 ) ENGINE = InnoDB`;

/** None changes anything, and each is refused to a user, or by a server, that could not do the same with a record. */
const trials: readonly string[] = [
  'SELECT name, value, version, expires_at FROM ostiary_records LIMIT 0',
  'INSERT INTO ostiary_records (name, value, version) SELECT name, value, version FROM ostiary_records LIMIT 0',
  'UPDATE ostiary_records SET version = version LIMIT 0',
  'DELETE FROM ostiary_records LIMIT 0',
];

/** A value of 1 MB is twice as long in a statement, where its bytes are digits. */
const LEAST_PACKET = 4 * 1024 * 1024;

const UNKNOWN_COLUMN = 1054;
const NO_RIGHT = 1142;
const INDEX_TOO_LONG = 1071;
const UNKNOWN_ENGINE = 1286;

/**
 * Makes the tables, or brings them to the version of this release, and finds out whether this user may work with them.
 *
 * @throws {OstiaryError} `storage/corrupt` for tables of a newer release.
 * @throws {Unfit} for what whoever runs the database has to change.
 */
export async function prepareTables(connections: Connections): Promise<void> {
  try {
    await checkPacket(connections);
    const there = await tablesThere(connections);
    // Before anything is made: tables of somebody else get no neighbour.
    const done = there.has('ostiary_migrations') ? await versionOf(connections) : 0;
    if (there.has('ostiary_records')) await tryRights(connections);
    if (done < migrations.length) await migrate(connections, done);
    if (!there.has('ostiary_records')) await tryRights(connections);
  } catch (error) {
    throw explained(error);
  }
}

async function checkPacket(connections: Connections): Promise<void> {
  const { rows } = await connections.read<{ readonly size: number }>('SELECT @@max_allowed_packet AS size', []);
  const size = rows[0]?.size ?? 0;
  if (size >= LEAST_PACKET) return;
  throw new Unfit(`takes statements of ${size} bytes only. Set its max_allowed_packet to ${LEAST_PACKET} or more`);
}

/** Those of our tables that this user may see. */
async function tablesThere(connections: Connections): Promise<ReadonlySet<string>> {
  const { rows } = await connections.read<{ readonly name: string }>(
    `SELECT table_name AS name FROM information_schema.tables
     WHERE table_schema = DATABASE() AND table_name IN ('ostiary_records', 'ostiary_migrations')`,
    [],
  );
  return new Set(rows.map(({ name }) => name));
}

/** @throws {OstiaryError} `storage/corrupt` when a newer release has been here. */
async function versionOf(connections: Connections): Promise<number> {
  const text = 'SELECT COALESCE(MAX(version), 0) AS version FROM ostiary_migrations';
  const version = (await connections.read<{ readonly version: number }>(text, [])).rows[0]?.version ?? 0;
  if (version <= migrations.length) return version;
  const message = 'its tables were written by a newer release of Ostiary. Start that one, or name another database.';
  throw new OstiaryError('storage/corrupt', message, { detail: { version, readable: migrations.length } });
}

async function migrate(connections: Connections, done: number): Promise<void> {
  for (const [index, step] of migrations.entries()) {
    if (index < done) continue;
    await connections.query(step);
    if (index === 0) await connections.query(MIGRATIONS_TABLE);
    await connections.query('INSERT INTO ostiary_migrations (version) VALUES (?)', [index + 1]).catch(unlessTaken);
  }
}

/** Another process, which started at the same moment, has noted it. */
function unlessTaken(error: unknown): void {
  if (!isTaken(error)) throw error;
}

async function tryRights(connections: Connections): Promise<void> {
  for (const trial of trials) await connections.query(trial);
}

const NOT_OURS = 'has tables named ostiary_ that are not ours. Name another database';

/** Answers of the server that only whoever runs the database can put right. */
const explanations: Readonly<Record<number, string>> = {
  [UNKNOWN_COLUMN]: NOT_OURS,
  [NO_RIGHT]:
    'does not give this user all rights. GRANT it SELECT, INSERT, UPDATE, DELETE on the database, and CREATE for the first start',
  [INDEX_TOO_LONG]: 'has room for short keys only. It needs an innodb_page_size of 16k or more',
  [UNKNOWN_ENGINE]: 'does not have InnoDB. Turn it on there',
};

function explained(error: unknown): unknown {
  const cause = error instanceof OstiaryError ? error.cause : error;
  const what = cause instanceof ServerError ? explanations[cause.errno] : undefined;
  return what === undefined ? error : new Unfit(what);
}
