import type { DatabaseSync } from 'node:sqlite';
import { OstiaryError } from '@ostiary/primitives';

/**
 * One step per released version of the tables; a released step is never changed. The names begin with `ostiary_`
 * because the file may be that of a Dex before, whose tables stay as they are.
 */
const migrations: readonly string[] = [
  `CREATE TABLE ostiary_records (
     name TEXT NOT NULL PRIMARY KEY,
     value TEXT NOT NULL,
     version TEXT NOT NULL,
     expires_at INTEGER
   ) STRICT;
   CREATE INDEX ostiary_records_expires_at ON ostiary_records (expires_at) WHERE expires_at IS NOT NULL;`,
];

/**
 * Makes the tables, or brings them to the version of this release. Two processes that start together do it once.
 *
 * @param now milliseconds since 1970, kept for whoever looks into the file.
 * @throws {OstiaryError} `storage/corrupt` for a file of a newer release.
 */
export function migrate(database: DatabaseSync, now: number): void {
  if (schemaVersion(database) === migrations.length) return;
  database.exec('BEGIN IMMEDIATE');
  try {
    database.exec(
      'CREATE TABLE IF NOT EXISTS ostiary_migrations (version INTEGER PRIMARY KEY, applied_at INTEGER NOT NULL) STRICT',
    );
    const done = schemaVersion(database);
    const applied = database.prepare('INSERT INTO ostiary_migrations (version, applied_at) VALUES (?, ?)');
    for (const [index, step] of migrations.entries()) {
      if (index < done) continue;
      database.exec(step);
      applied.run(index + 1, now);
    }
    database.exec('COMMIT');
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

/** The tables of other programs in this file, by name: a Dex before, most likely. */
export function tablesOfOthers(database: DatabaseSync): readonly string[] {
  const others = database.prepare(
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB 'ostiary_*' AND name NOT GLOB 'sqlite_*' ORDER BY name",
  );
  return others.all().map(({ name }) => String(name));
}

function schemaVersion(database: DatabaseSync): number {
  const table = database.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'ostiary_migrations'");
  if (table.get() === undefined) return 0;
  const row = database.prepare('SELECT coalesce(max(version), 0) AS version FROM ostiary_migrations').get();
  const version = Number(row?.version);
  if (version > migrations.length) {
    throw new OstiaryError('storage/corrupt', 'The database file was written by a newer release of Ostiary.', {
      detail: { version, readable: migrations.length },
    });
  }
  return version;
}
