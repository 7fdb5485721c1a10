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
  type ScanOptions,
  type ScanPage,
  type StorageDeps,
  type StorageDriver,
  type Stored,
  textToKey,
} from '@ostiary/storage-sdk';
import type { Connections } from './connections.ts';
import { GET, PUT_ABSENT, PUT_ANY, PUT_VERSION, type Row, SCAN, SWEEP, TAKE, TAKE_VERSION } from './statements.ts';

/** What a driver works with. */
export interface PostgresDriverOptions extends Pick<StorageDeps, 'now' | 'random'> {
  /** With tables in it; the driver closes them with itself. */
  readonly connections: Pick<Connections, 'query' | 'read' | 'close'>;
}

/** A driver over connections. Each verb is one statement. */
export function createPostgresDriver(options: PostgresDriverOptions): StorageDriver {
  const { connections } = options;
  const now = (): number => options.now().getTime();
  return {
    async get(key) {
      const { rows } = await connections.read<Row>(GET, [keyToText(key), now()]);
      return toStored(key, rows[0]);
    },
    put: (key, value, putOptions) => put(options, { key, value, ...putOptions }),
    async take(key, { ifVersion } = {}) {
      const [text, wanted] = ifVersion === undefined ? [TAKE, []] : [TAKE_VERSION, [Buffer.from(ifVersion)]];
      const { rows } = await connections.query<Row>(text, [keyToText(key), now(), ...wanted]);
      return toStored(key, rows[0]);
    },
    scan: (page) => scan(options, page),
    async sweep({ limit }) {
      const removed = (await connections.query(SWEEP, [now(), limit])).rowCount ?? 0;
      return { removed, more: removed === limit };
    },
    [Symbol.asyncDispose]: () => connections.close(),
  };
}

interface Write extends PutOptions {
  readonly key: Key;
  readonly value: Json;
}

async function put(
  { connections, now, random }: PostgresDriverOptions,
  { key, value, ifVersion, expiresAt }: Write,
): Promise<PutOutcome> {
  const version = randomVersion(random);
  const row = [keyToText(key), Buffer.from(JSON.stringify(value)), Buffer.from(version), deadlineMs(expiresAt) ?? null];
  const moment = now().getTime();
  const { rowCount } =
    ifVersion === 'any'
      ? await connections.query(PUT_ANY, row)
      : ifVersion === 'absent'
        ? await connections.query(PUT_ABSENT, [...row, moment])
        : await connections.query(PUT_VERSION, [...row, moment, Buffer.from(ifVersion)]);
  return rowCount === 1 ? { written: true, version } : { written: false };
}

/** Names are printable ASCII without space, so a space makes the next text after a name, and the last is after all. */
const NEXT = ' ';
const END = '\u007F';

async function scan(
  { connections, now }: PostgresDriverOptions,
  { prefix, limit, cursor }: ScanOptions,
): Promise<ScanPage> {
  const begin = keyPrefix(prefix);
  const from = cursor === undefined ? begin : cursor + NEXT;
  const { rows } = await connections.read<Row>(SCAN, [from, begin + END, now().getTime(), limit]);
  const keys = rows.map(({ name }) => textToKey(name));
  const last = rows.length === limit ? rows.at(-1)?.name : undefined;
  return last === undefined ? { keys } : { keys, cursor: last };
}

function toStored(key: Key, row: Row | undefined): Stored | undefined {
  if (row === undefined) return undefined;
  const expiry = row.expires_at === null ? {} : { expiresAt: new Date(Number(row.expires_at)) };
  return { value: parseStoredValue(key, row.value.toString()), version: row.version.toString(), ...expiry };
}
