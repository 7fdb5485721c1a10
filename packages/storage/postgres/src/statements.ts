/** A row as it is stored and as the client answers it. Deadlines are milliseconds since 1970. */
export interface Row {
  readonly name: string;
  readonly value: Buffer;
  readonly version: Buffer;
  /** A bigint, which the client answers as text. */
  readonly expires_at: string | null;
}

/*
 * One statement per verb, so each verb is atomic by itself: at READ COMMITTED, a statement that waited for the lock of
 * a row looks at the row anew. None locks two rows and waits, so they cannot deadlock. Time comes from the caller.
 */

const LIVE = (now: string): string => `(expires_at IS NULL OR expires_at > ${now})`;

/** Name, moment. */
export const GET: string = `SELECT value, version, expires_at FROM ostiary_records WHERE name = $1 AND ${LIVE('$2')}`;

/** Name, value, version, deadline. */
export const PUT_ANY: string = `INSERT INTO ostiary_records (name, value, version, expires_at) VALUES ($1, $2, $3, $4)
  ON CONFLICT (name) DO UPDATE
  SET value = excluded.value, version = excluded.version, expires_at = excluded.expires_at`;

/** The same, and moment. */
export const PUT_ABSENT: string = `${PUT_ANY} WHERE ostiary_records.expires_at <= $5`;

/** The same, and wanted version. */
export const PUT_VERSION: string = `UPDATE ostiary_records SET value = $2, version = $3, expires_at = $4
  WHERE name = $1 AND ${LIVE('$5')} AND version = $6`;

/** Name, moment. */
export const TAKE: string = `DELETE FROM ostiary_records WHERE name = $1 AND ${LIVE('$2')}
  RETURNING value, version, expires_at`;

/** The same, and wanted version. */
export const TAKE_VERSION: string = `DELETE FROM ostiary_records WHERE name = $1 AND ${LIVE('$2')} AND version = $3
  RETURNING value, version, expires_at`;

/** First name, name after the last, moment, how many. */
export const SCAN: string = `SELECT name FROM ostiary_records WHERE name >= $1 AND name < $2 AND ${LIVE('$3')}
  ORDER BY name LIMIT $4`;

/** Moment, how many. Rows that another sweep or a writer has locked are left to it. */
export const SWEEP: string = `WITH expired AS MATERIALIZED (
    SELECT name FROM ostiary_records WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED
  )
  DELETE FROM ostiary_records USING expired WHERE ostiary_records.name = expired.name`;
