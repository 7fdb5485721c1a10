import { type Clock, type Json, OstiaryError } from '@ostiary/primitives';
import {
  deadlineMs,
  isLive,
  type Key,
  keyPrefix,
  keyToText,
  type PutOptions,
  type PutOutcome,
  type ScanOptions,
  type ScanPage,
  type StorageDriver,
  type Stored,
  type SweepOutcome,
  type TakeOptions,
  textToKey,
} from '@ostiary/storage-sdk';

/**
 * What a record is kept as. The value is JSON text: nobody can change it from outside, and writing and reading text
 * is faster than two structured clones.
 */
interface Row {
  readonly text: string;
  readonly version: string;
  readonly deadline: number | undefined;
  /** Grows with every new key and stays when a record is replaced, as the place in the map does: a scan resumes here. */
  readonly place: number;
}

/** The records themselves. Drivers that share one see the same records, as replicas on one server do. */
export interface MemoryData {
  readonly rows: Map<string, Row>;
  /** Counts writes: the source of versions and places, so neither is ever used twice. */
  writes: number;
}

/** What the driver works with. */
export interface MemoryOptions {
  readonly now: Clock;
  /** Share it to open a second driver on the same records; absent: the driver has its own. */
  readonly data?: MemoryData;
}

/** No records yet. */
export function createMemoryData(): MemoryData {
  return { rows: new Map(), writes: 0 };
}

/** Opens a driver. Reading, writing and taking cost the same however many records there are. */
export function createMemoryDriver({ now, data = createMemoryData() }: MemoryOptions): StorageDriver {
  let open = true;
  const whileOpen = <R>(verb: () => R): R => {
    if (!open) throw new OstiaryError('storage/unavailable', 'The storage was closed.');
    return verb();
  };
  return {
    get: async (key) => whileOpen(() => toStored(liveRow(data, keyToText(key), now()))),
    put: async (key, value, options) => whileOpen(() => put(data, { key, value, options, now: now() })),
    take: async (key, options = {}) => whileOpen(() => take(data, { key, options, now: now() })),
    scan: async (options) => whileOpen(() => scan(data, options, now())),
    sweep: async ({ limit }) => whileOpen(() => sweep(data, limit, now())),
    async [Symbol.asyncDispose]() {
      open = false;
    },
  };
}

function liveRow(data: MemoryData, name: string, now: Date): Row | undefined {
  const row = data.rows.get(name);
  return row !== undefined && isLive(row.deadline, now) ? row : undefined;
}

function toStored(row: Row | undefined): Stored | undefined {
  if (row === undefined) return undefined;
  const deadline = row.deadline === undefined ? {} : { expiresAt: new Date(row.deadline) };
  // What stands here came out of JSON.stringify of a Json value.
  return { value: JSON.parse(row.text) as Json, version: row.version, ...deadline };
}

interface Put {
  readonly key: Key;
  readonly value: Json;
  readonly options: PutOptions;
  readonly now: Date;
}

function put(data: MemoryData, { key, value, options, now }: Put): PutOutcome {
  const name = keyToText(key);
  const deadline = deadlineMs(options.expiresAt);
  const current = liveRow(data, name, now);
  const { ifVersion } = options;
  if (ifVersion !== 'any' && ifVersion !== (current?.version ?? 'absent')) return { written: false };
  data.writes += 1;
  const version = String(data.writes);
  // An expired row would keep its place in the map but must not keep its place in a scan.
  if (current === undefined) data.rows.delete(name);
  data.rows.set(name, { text: JSON.stringify(value), version, deadline, place: current?.place ?? data.writes });
  return { written: true, version };
}

interface Take {
  readonly key: Key;
  readonly options: TakeOptions;
  readonly now: Date;
}

function take(data: MemoryData, { key, options, now }: Take): Stored | undefined {
  const name = keyToText(key);
  const row = liveRow(data, name, now);
  if (row === undefined || (options.ifVersion !== undefined && options.ifVersion !== row.version)) return undefined;
  data.rows.delete(name);
  return toStored(row);
}

function scan(data: MemoryData, { prefix, limit, cursor }: ScanOptions, now: Date): ScanPage {
  const begin = keyPrefix(prefix);
  const after = cursor === undefined ? 0 : Number(cursor);
  const keys: Key[] = [];
  for (const [name, row] of data.rows) {
    if (row.place <= after || !name.startsWith(begin) || !isLive(row.deadline, now)) continue;
    keys.push(textToKey(name));
    if (keys.length === limit) return { keys, cursor: String(row.place) };
  }
  return { keys };
}

function sweep(data: MemoryData, limit: number, now: Date): SweepOutcome {
  let removed = 0;
  for (const [name, row] of data.rows) {
    if (isLive(row.deadline, now)) continue;
    if (removed === limit) return { removed, more: true };
    data.rows.delete(name);
    removed += 1;
  }
  return { removed, more: false };
}
