import {
  deadlineMs,
  type Key,
  keyPrefix,
  type PutOptions,
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
import type { Connections } from './connections.ts';
import { lives, parseVersion, toStored, toVersion } from './record.ts';
import type { Records, RecordWrite } from './records.ts';

/** What a driver works with. */
export interface EtcdDriverOptions extends Pick<StorageDeps, 'now' | 'random'> {
  readonly records: Pick<
    Records,
    'read' | 'create' | 'replace' | 'overwrite' | 'remove' | 'page' | 'ended' | 'oldest' | 'sweep'
  >;
  /** The driver closes them with itself. */
  readonly connections: Pick<Connections, 'call' | 'close'>;
}

/** A driver over records. Each decision is made by one transaction of etcd. */
export function createEtcdDriver(options: EtcdDriverOptions): StorageDriver {
  const { records, connections, random, now } = options;
  return {
    get: (key) =>
      connections.call(async () => {
        const found = await records.read(key);
        return found !== undefined && lives(found, now()) ? toStored(key, found) : undefined;
      }),
    async put(key, value, { ifVersion, expiresAt }) {
      const json = JSON.stringify(value);
      const record = { key, json, deadline: deadlineMs(expiresAt), mark: randomVersion(random) };
      const written = await connections.call(() => put(options, record, ifVersion));
      return written ? { written, version: toVersion(record) } : { written };
    },
    take: (key, taking) => connections.call(() => take(options, key, taking)),
    scan: (page) => connections.call(() => scan(options, page)),
    sweep: ({ limit }) => connections.call(() => sweep(options, limit)),
    [Symbol.asyncDispose]: () => connections.close(),
  };
}

async function put(
  { records, now }: EtcdDriverOptions,
  record: RecordWrite,
  ifVersion: PutOptions['ifVersion'],
): Promise<boolean> {
  if (ifVersion === 'absent') return retryConflicts(() => putAbsent({ records, now }, record), {});
  if (ifVersion === 'any') {
    // Most keys are new. What is there already comes with the answer.
    const found = await records.create(record);
    if (found !== undefined) await records.overwrite(record, found);
    return true;
  }
  const wanted = parseVersion(ifVersion);
  return wanted !== undefined && lives(wanted, now()) && records.replace(record, wanted);
}

/** One that is in the way may have expired. */
async function putAbsent({ records, now }: Pick<EtcdDriverOptions, 'records' | 'now'>, record: RecordWrite) {
  const found = await records.create(record);
  if (found === undefined) return { record: true };
  if (lives(found, now())) return { record: false };
  return (await records.replace(record, found)) ? { record: true } : 'conflict';
}

async function take(
  { records, now }: EtcdDriverOptions,
  key: Key,
  { ifVersion }: TakeOptions = {},
): Promise<Stored | undefined> {
  if (ifVersion !== undefined) {
    const wanted = parseVersion(ifVersion);
    if (wanted === undefined || !lives(wanted, now())) return undefined;
    const taken = await records.remove(key, wanted);
    return taken && toStored(key, taken);
  }
  return retryConflicts<Stored | undefined>(async () => {
    const found = await records.read(key);
    if (found === undefined || !lives(found, now())) return { record: undefined };
    const taken = await records.remove(key, found);
    return taken === undefined ? 'conflict' : { record: toStored(key, taken) };
  }, {});
}

async function scan({ records, now }: EtcdDriverOptions, options: ScanOptions): Promise<ScanPage> {
  const { prefix, limit, cursor } = options;
  const { keys, more } = await records.page(keyPrefix(prefix), {
    limit,
    ...(cursor === undefined ? {} : { after: cursor }),
  });
  const ended = await records.ended(keys, now());
  const last = more ? keys.at(-1) : undefined;
  const live = keys.filter((key) => !ended.has(key)).map(textToKey);
  return last === undefined ? { keys: live } : { keys: live, cursor: last };
}

async function sweep({ records, now }: EtcdDriverOptions, limit: number): Promise<SweepOutcome> {
  const { entries, more } = await records.oldest(now(), limit);
  const removed = await records.sweep(entries);
  // What others removed meanwhile leaves nothing to do.
  return { removed, more: removed > 0 && more };
}
