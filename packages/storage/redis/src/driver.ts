import { type Clock, type Json, OstiaryError, type RandomBytes } from '@ostiary/primitives';
import {
  deadlineMs,
  isLive,
  type Key,
  keyPrefix,
  keyToText,
  randomVersion,
  type ScanOptions,
  type ScanPage,
  type StorageDriver,
  type Stored,
  textToKey,
} from '@ostiary/storage-sdk';
import { Cluster, type Redis } from 'ioredis';
import { toOstiaryError } from './redis-error.ts';
import { readCursor, type ScanPlace, writeCursor } from './scan-cursor.ts';
import { put, take } from './scripts.ts';

/** Redis may forget a record so long after its deadline: its clock and ours need not agree. */
const SLACK_MS = 60_000;

/** A connection to Redis, and under which prefix the keys are. */
export interface RedisDriverOptions {
  /** Yours to make; the driver ends it with itself. */
  readonly client: Redis | Cluster;
  /** In front of every key. */
  readonly prefix: string;
  readonly now: Clock;
  readonly random: RandomBytes;
}

type Reply = readonly [value: string, version: string, deadline: string];

/** A driver over a client. Commands fail in bounded time when Redis is away; the client reconnects by itself. */
export function createRedisDriver(options: RedisDriverOptions): StorageDriver {
  const { client, prefix, now, random } = options;
  const name = (key: Key): string => prefix + keyToText(key);
  let open = true;
  const call = async <R>(verb: () => Promise<R>): Promise<R> => {
    if (!open) throw new OstiaryError('storage/unavailable', 'The storage was closed.');
    try {
      return await verb();
    } catch (error) {
      throw toOstiaryError(error);
    }
  };
  return {
    async get(key) {
      const reply = await call(() => client.hmget(name(key), 'd', 'v', 'x'));
      const stored = toStored(reply);
      return stored !== undefined && isLive(deadlineMs(stored.expiresAt), now()) ? stored : undefined;
    },
    async put(key, value, { ifVersion, expiresAt }) {
      const version = randomVersion(random);
      const deadline = deadlineMs(expiresAt);
      const moment = now().getTime();
      const keep = deadline === undefined ? '' : Math.max(1, deadline - moment + SLACK_MS);
      const values = [ifVersion, moment, JSON.stringify(value), version, deadline ?? '', keep];
      const written = await call(() => client.eval(put, 1, name(key), ...values));
      return written === 1 ? { written: true, version } : { written: false };
    },
    async take(key, { ifVersion } = {}) {
      const reply = await call(() => client.eval(take, 1, name(key), now().getTime(), ifVersion ?? ''));
      return Array.isArray(reply) ? toStored(reply) : undefined;
    },
    scan: (page) => call(() => scan(options, page)),
    sweep: () => call(async () => ({ removed: 0, more: false })),
    async [Symbol.asyncDispose]() {
      if (!open) return;
      open = false;
      await client.quit().catch(() => client.disconnect());
    },
  };
}

function toStored(reply: readonly unknown[]): Stored | undefined {
  const [value, version, deadline] = reply as Partial<Reply>;
  if (typeof version !== 'string' || typeof value !== 'string') return undefined;
  const expiry = deadline ? { expiresAt: new Date(Number(deadline)) } : {};
  try {
    return { value: JSON.parse(value) as Json, version, ...expiry };
  } catch (cause) {
    throw new OstiaryError('storage/corrupt', 'A stored record cannot be read.', { cause });
  }
}

/** Walks the nodes one after the other. A node may answer more than was asked for: the rest waits in the cursor. */
async function scan(options: RedisDriverOptions, { prefix, limit, cursor }: ScanOptions): Promise<ScanPage> {
  const nodes = options.client instanceof Cluster ? options.client.nodes('master') : [options.client];
  const begin = options.prefix + keyPrefix(prefix);
  let place: ScanPlace = readCursor(cursor);
  if (place.rest.length === 0) {
    const node = nodes[place.node];
    if (node === undefined) return { keys: [] };
    const [next, found] = await node.scan(place.at, 'MATCH', `${escapeGlob(begin)}*`, 'COUNT', limit);
    place = { node: next === '0' ? place.node + 1 : place.node, at: next, rest: found };
  }
  const names = place.rest.slice(0, limit);
  const left: ScanPlace = { ...place, rest: place.rest.slice(limit) };
  const live = await onlyLive(options, names);
  const keys = live.map((found) => textToKey(found.slice(options.prefix.length)));
  const isOver = left.rest.length === 0 && left.node >= nodes.length;
  return isOver ? { keys } : { keys, cursor: writeCursor(left) };
}

async function onlyLive({ client, now }: RedisDriverOptions, names: readonly string[]): Promise<readonly string[]> {
  const deadlines = await Promise.all(names.map((found) => client.hget(found, 'x')));
  return names.filter((_name, index) => {
    const deadline = deadlines[index];
    if (deadline === undefined || deadline === null) return false;
    return isLive(deadline === '' ? undefined : Number(deadline), now());
  });
}

const escapeGlob = (text: string): string => text.replace(/[\\*?[\]^]/g, '\\$&');
