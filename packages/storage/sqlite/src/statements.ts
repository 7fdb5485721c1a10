import type { DatabaseSync } from 'node:sqlite';

/** A row as it is stored. Deadlines are milliseconds since 1970. */
export interface Row {
  readonly name: string;
  readonly value: string;
  readonly version: string;
  readonly expires_at: number | null;
}

interface ScanStatement {
  /** What every name begins with. */
  readonly prefix: string;
  /** The name to go on after; absent: from the beginning. */
  readonly after: string | undefined;
  readonly limit: number;
  readonly now: number;
}

/** One statement per verb, so each verb is atomic by itself. Prepared once, used for as long as the file is open. */
export interface Statements {
  get(name: string, now: number): readonly Row[];
  putAny(row: Row): boolean;
  putAbsent(row: Row, now: number): boolean;
  putVersion(row: Row, ifVersion: string, now: number): boolean;
  take(name: string, now: number): readonly Row[];
  takeVersion(name: string, ifVersion: string, now: number): readonly Row[];
  scan(page: ScanStatement): readonly string[];
  sweep(now: number, limit: number): number;
}

const LIVE = '(expires_at IS NULL OR expires_at > :now)';
const UPSERT = `INSERT INTO ostiary_records (name, value, version, expires_at) VALUES (:name, :value, :version, :expires_at)
  ON CONFLICT (name) DO UPDATE SET value = excluded.value, version = excluded.version, expires_at = excluded.expires_at`;
/** Names are printable ASCII without space, so this is the next text after a name, and the last is after all names. */
const nextAfter = (name: string): string => `${name} `;
const END_OF_ALL = '\u007F';
/** The first text after all that begin with a prefix: it ends with `/`, and `0` is the next character. */
const endOf = (prefix: string): string => (prefix === '' ? END_OF_ALL : `${prefix.slice(0, -1)}0`);

/** Rows are read with `all`: it steps to the end, so an error at the commit is thrown, which `get` would swallow. */
export function prepareStatements(database: DatabaseSync): Statements {
  const prepare = (sql: string) => database.prepare(sql);
  const get = prepare(`SELECT * FROM ostiary_records WHERE name = :name AND ${LIVE}`);
  const putAny = prepare(UPSERT);
  const putAbsent = prepare(`${UPSERT} WHERE expires_at <= :now`);
  const putVersion = prepare(
    `UPDATE ostiary_records SET value = :value, version = :version, expires_at = :expires_at
     WHERE name = :name AND version = :ifVersion AND ${LIVE}`,
  );
  const take = prepare(`DELETE FROM ostiary_records WHERE name = :name AND ${LIVE} RETURNING *`);
  const takeVersion = prepare(
    `DELETE FROM ostiary_records WHERE name = :name AND version = :ifVersion AND ${LIVE} RETURNING *`,
  );
  const scan = prepare(
    `SELECT name FROM ostiary_records WHERE name >= :begin AND name < :end AND ${LIVE}
     ORDER BY name LIMIT :limit`,
  );
  const sweep = prepare(
    `DELETE FROM ostiary_records WHERE rowid IN
       (SELECT rowid FROM ostiary_records WHERE expires_at <= :now ORDER BY expires_at LIMIT :limit)`,
  );
  // The table is STRICT and only these statements write it, so its rows have the types of Row.
  const rows = (found: unknown): readonly Row[] => found as Row[];
  return {
    get: (name, now) => rows(get.all({ name, now })),
    putAny: (row) => putAny.run({ ...row }).changes === 1,
    putAbsent: (row, now) => putAbsent.run({ ...row, now }).changes === 1,
    putVersion: (row, ifVersion, now) => putVersion.run({ ...row, ifVersion, now }).changes === 1,
    take: (name, now) => rows(take.all({ name, now })),
    takeVersion: (name, ifVersion, now) => rows(takeVersion.all({ name, ifVersion, now })),
    scan: ({ prefix, after, limit, now }) => {
      const begin = after === undefined ? prefix : nextAfter(after);
      return rows(scan.all({ begin, end: endOf(prefix), limit, now })).map(({ name }) => name);
    },
    sweep: (now, limit) => Number(sweep.run({ now, limit }).changes),
  };
}
