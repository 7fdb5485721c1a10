/** A row as it is stored and as the client answers it. Deadlines are milliseconds since 1970. */
export interface Row {
  readonly name: Buffer;
  readonly value: Buffer;
  readonly version: Buffer;
  readonly expires_at: number | null;
}

/** What a statement is sent with: nothing that a character set or an `sql_mode` could read in another way. */
export type Value = Buffer | number | null;

/*
 * Each statement is a transaction by itself. What it did is told by a count of rows that is the same whether the server
 * counts the rows it found or those it changed: a write always brings a version that was not there. Time comes from the
 * caller.
 */

const LIVE = '(expires_at IS NULL OR expires_at > ?)';

/** Name, moment. */
export const GET: string = `SELECT value, version, expires_at FROM ostiary_records WHERE name = ? AND ${LIVE}`;

/** Name, value, version, deadline. */
export const PUT_ANY: string = 'REPLACE INTO ostiary_records (name, value, version, expires_at) VALUES (?, ?, ?, ?)';

/** The same. Fails when there is a row, be it expired or not. */
export const INSERT: string = 'INSERT INTO ostiary_records (name, value, version, expires_at) VALUES (?, ?, ?, ?)';

const UPDATE = 'UPDATE ostiary_records SET value = ?, version = ?, expires_at = ? WHERE name = ?';

/** Value, version, deadline, name, moment. */
export const REPLACE_EXPIRED: string = `${UPDATE} AND expires_at <= ?`;

/** Value, version, deadline, name, moment, wanted version. */
export const PUT_VERSION: string = `${UPDATE} AND ${LIVE} AND version = ?`;

/** Name, version. */
export const DELETE: string = 'DELETE FROM ostiary_records WHERE name = ? AND version = ?';

/** First name, name after the last, moment, how many. */
export const SCAN: string = `SELECT name FROM ostiary_records WHERE name >= ? AND name < ? AND ${LIVE}
  ORDER BY name LIMIT ?`;

/** Moment, how many. */
export const SWEEP: string = 'DELETE FROM ostiary_records WHERE expires_at <= ? ORDER BY expires_at LIMIT ?';
