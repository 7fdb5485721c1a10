import {
  deadlineMs,
  isLive,
  type Key,
  keyPrefix,
  type PutOptions,
  parseStoredValue,
  randomVersion,
  retryConflicts,
  type ScanOptions,
  type ScanPage,
  type StorageDeps,
  type StorageDriver,
  type Stored,
  type TakeOptions,
  textToKey,
} from '@ostiary/storage-sdk';
import type { Connections } from './connections.ts';
import { parseVersion, type RecordHead, type RecordObject, type RecordWrite, toVersion } from './record-object.ts';
import type { Records } from './records.ts';
import { sweep } from './sweep.ts';

/** What a driver works with. */
export interface KubernetesDriverOptions extends Pick<StorageDeps, 'now' | 'random'> {
  readonly records: Pick<Records, 'read' | 'create' | 'replace' | 'overwrite' | 'remove' | 'page' | 'select'>;
  /** The driver closes them with itself. */
  readonly connections: Pick<Connections, 'call' | 'close'>;
}

/** A driver over the records of a namespace. */
export function createKubernetesDriver(options: KubernetesDriverOptions): StorageDriver {
  const { records, connections, random } = options;
  const now = (): number => options.now().getTime();
  const work: Work = { records, isLive: (head) => isLive(head.deadline, options.now()) };
  // What this process wrote last: its own sweep must not overlook it.
  let lastWritten = '0';
  return {
    get: (key) =>
      connections.call(async () => {
        const found = await records.read(key);
        return found !== undefined && work.isLive(found) ? toStored(key, found) : undefined;
      }),
    async put(key, value, { ifVersion, expiresAt }) {
      const write = { key, json: JSON.stringify(value), deadline: deadlineMs(expiresAt), mark: randomVersion(random) };
      const head = await connections.call(() => put(work, write, ifVersion));
      if (head === undefined) return { written: false };
      lastWritten = head.resourceVersion;
      return { written: true, version: toVersion(head) };
    },
    take: (key, taking) => connections.call(() => take(work, key, taking)),
    scan: (page) => connections.call(() => scan(work, page)),
    sweep: ({ limit }) =>
      connections.call(async () => {
        const notBefore = lastWritten;
        // A cluster that was restored from a backup counts from lower, and would not know it.
        lastWritten = '0';
        return await sweep({ records, random, now: now(), limit, notBefore });
      }),
    [Symbol.asyncDispose]: () => connections.close(),
  };
}

interface Work {
  readonly records: KubernetesDriverOptions['records'];
  readonly isLive: (head: Pick<RecordHead, 'deadline'>) => boolean;
}

/** Writes, and answers the new state; `undefined` when the condition does not hold. */
async function put(
  { records, isLive: lives }: Work,
  write: RecordWrite,
  ifVersion: PutOptions['ifVersion'],
): Promise<RecordHead | undefined> {
  if (ifVersion === 'any') return retryConflicts(() => putAny(records, write), {});
  if (ifVersion === 'absent') return retryConflicts(() => putAbsent({ records, isLive: lives }, write), {});
  const wanted = parseVersion(ifVersion);
  return wanted === undefined || !lives(wanted) ? undefined : records.replace(write, wanted.resourceVersion);
}

/** Most keys are new, so a record is made first; one that is there may go before it is overwritten. */
async function putAny(records: Work['records'], write: RecordWrite) {
  const head = (await records.create(write)) ?? (await records.overwrite(write));
  return head === undefined ? 'conflict' : { record: head };
}

/** One that is in the way is looked at: it may have expired. */
async function putAbsent({ records, isLive: lives }: Work, write: RecordWrite) {
  const created = await records.create(write);
  if (created !== undefined) return { record: created };
  const found = await records.read(write.key);
  if (found === undefined) return 'conflict';
  if (lives(found)) return { record: undefined };
  const replaced = await records.replace(write, found.resourceVersion);
  return replaced === undefined ? 'conflict' : { record: replaced };
}

function take(
  { records, isLive: lives }: Work,
  key: Key,
  { ifVersion }: TakeOptions = {},
): Promise<Stored | undefined> {
  return retryConflicts(async () => {
    const found = await records.read(key);
    if (found === undefined || !lives(found)) return { record: undefined };
    if (ifVersion !== undefined && toVersion(found) !== ifVersion) return { record: undefined };
    return (await records.remove(found)) ? { record: toStored(key, found) } : 'conflict';
  }, {});
}

async function scan({ records, isLive: lives }: Work, { prefix, limit, cursor }: ScanOptions): Promise<ScanPage> {
  const begin = keyPrefix(prefix);
  // Without a selector: with one, the API server would look for a rare kind until it has read all there is.
  const { heads, next } = await records.page(limit, cursor);
  const keys = heads
    .filter((head) => head.key?.startsWith(begin) === true && lives(head))
    .map(({ key = '' }) => textToKey(key));
  return next === undefined ? { keys } : { keys, cursor: next };
}

function toStored(key: Key, found: RecordObject): Stored {
  const expiry = found.deadline === undefined ? {} : { expiresAt: new Date(found.deadline) };
  return { value: parseStoredValue(key, found.json), version: toVersion(found), ...expiry };
}
