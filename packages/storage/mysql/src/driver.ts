import type { Json } from '@ostiary/primitives';
import {
  deadlineMs,
  type Key,
  keyPrefix,
  keyToText,
  type PutOptions,
  type PutOutcome,
  parseStoredValue,
  randomVersion,
  retryConflicts,
  type ScanOptions,
  type ScanPage,
  type StorageDeps,
  type StorageDriver,
  type Stored,
  type SweepOutcome,
  type TakeOptions,
  textToKey,
} from '@ostiary/storage-sdk';
import { Calls } from '@ostiary/storage-sdk/server';
import type { Connections } from './connections.ts';
import { isTaken } from './mysql-error.ts';
import {
  DELETE,
  GET,
  INSERT,
  PUT_ANY,
  PUT_VERSION,
  REPLACE_EXPIRED,
  type Row,
  SCAN,
  SWEEP,
  type Value,
} from './statements.ts';

/** What a driver works with. */
export interface MysqlDriverOptions extends Pick<StorageDeps, 'now' | 'random'> {
  /** With tables in it; the driver closes them with itself. */
  readonly connections: Pick<Connections, 'query' | 'read' | 'close'>;
}

/** A driver over connections. What takes more than one statement is decided by one of them, so no transaction is needed. */
export function createMysqlDriver(options: MysqlDriverOptions): StorageDriver {
  const calls = new Calls();
  return {
    get: (key) => calls.run(() => get(options, key)),
    put: (key, value, putOptions) => calls.run(() => put(options, { key, value, ...putOptions })),
    take: (key, takeOptions) => calls.run(() => take(options, { key, ...takeOptions })),
    scan: (page) => calls.run(() => scan(options, page)),
    sweep: ({ limit }) => calls.run(() => sweep(options, limit)),
    [Symbol.asyncDispose]: () => calls.close(() => options.connections.close()),
  };
}

async function get({ connections, now }: MysqlDriverOptions, key: Key): Promise<Stored | undefined> {
  const { rows } = await connections.read<Row>(GET, [nameOf(key), now().getTime()]);
  return toStored(key, rows[0]);
}

async function sweep({ connections, now }: MysqlDriverOptions, limit: number): Promise<SweepOutcome> {
  const removed = (await connections.query(SWEEP, [now().getTime(), limit])).affectedRows;
  return { removed, more: removed === limit };
}

/** Names are ASCII. */
const nameOf = (key: Key): Buffer => Buffer.from(keyToText(key), 'latin1');

interface Write extends PutOptions {
  readonly key: Key;
  readonly value: Json;
}

async function put(options: MysqlDriverOptions, { key, value, ifVersion, expiresAt }: Write): Promise<PutOutcome> {
  const { connections, now, random } = options;
  const version = randomVersion(random);
  const row = [Buffer.from(JSON.stringify(value)), Buffer.from(version), deadlineMs(expiresAt) ?? null] as const;
  const [name, moment] = [nameOf(key), now().getTime()];
  const written =
    ifVersion === 'any'
      ? (await connections.query(PUT_ANY, [name, ...row])).affectedRows > 0
      : ifVersion === 'absent'
        ? await putAbsent(connections, { name, row, moment })
        : (await connections.query(PUT_VERSION, [...row, name, moment, Buffer.from(ifVersion)])).affectedRows === 1;
  return written ? { written, version } : { written };
}

interface NewRow {
  readonly name: Buffer;
  /** Value, version, deadline. */
  readonly row: readonly Value[];
  readonly moment: number;
}

/** Inserts, or replaces what is expired. Begins again when what was in the way was removed between two statements. */
function putAbsent(connections: MysqlDriverOptions['connections'], { name, row, moment }: NewRow): Promise<boolean> {
  return retryConflicts<boolean>(async () => {
    const inserted = await connections.query(INSERT, [name, ...row]).catch((error: unknown) => {
      if (!isTaken(error)) throw error;
      return undefined;
    });
    if (inserted !== undefined) return { record: true };
    if ((await connections.query(REPLACE_EXPIRED, [...row, name, moment])).affectedRows === 1) return { record: true };
    const { rows } = await connections.read<Row>(GET, [name, moment]);
    return rows.length > 0 ? { record: false } : 'conflict';
  }, {});
}

/**
 * Reads, and removes the state that was read: MySQL has no statement that does both. A version comes once only, so what is
 * removed is what was read, and of all callers one removes it. Whoever was slower looks again.
 */
function take(options: MysqlDriverOptions, { key, ifVersion }: TakeOptions & { readonly key: Key }) {
  const [name, moment] = [nameOf(key), options.now().getTime()];
  return retryConflicts<Stored | undefined>(async () => {
    const row = (await options.connections.read<Row>(GET, [name, moment])).rows[0];
    if (row === undefined) return { record: undefined };
    if (ifVersion !== undefined && ifVersion !== row.version.toString()) return { record: undefined };
    const { affectedRows } = await options.connections.query(DELETE, [name, row.version]);
    return affectedRows === 1 ? { record: toStored(key, row) } : 'conflict';
  }, {});
}

/** Names are printable ASCII without space, so a space makes the next text after a name, and the last is after all. */
const NEXT = ' ';
const END = '\u007F';

async function scan(
  { connections, now }: MysqlDriverOptions,
  { prefix, limit, cursor }: ScanOptions,
): Promise<ScanPage> {
  const begin = keyPrefix(prefix);
  const [from, end] = [cursor === undefined ? begin : cursor + NEXT, begin + END];
  const { rows } = await connections.read<Row>(SCAN, [Buffer.from(from), Buffer.from(end), now().getTime(), limit]);
  const names = rows.map(({ name }) => name.toString('latin1'));
  const last = names.length === limit ? names.at(-1) : undefined;
  const keys = names.map(textToKey);
  return last === undefined ? { keys } : { keys, cursor: last };
}

function toStored(key: Key, row: Row | undefined): Stored | undefined {
  if (row === undefined) return undefined;
  const expiry = row.expires_at === null ? {} : { expiresAt: new Date(row.expires_at) };
  return { value: parseStoredValue(key, row.value.toString()), version: row.version.toString(), ...expiry };
}
