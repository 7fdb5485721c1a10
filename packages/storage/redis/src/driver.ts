import type { Clock, Json, RandomBytes } from '@ostiary/primitives';
import {
  deadlineMs,
  isLive,
  type Key,
  keyPrefix,
  keyToText,
  type PutOptions,
  parseStoredValue,
  randomVersion,
  type ScanOptions,
  type ScanPage,
  type StorageDriver,
  type Stored,
  textToKey,
} from '@ostiary/storage-sdk';
import { Cluster, type Redis } from 'ioredis';
import { primariesOf } from './client.ts';
import { RedisCalls } from './redis-calls.ts';
import { isWrongType, unavailable } from './redis-error.ts';
import { readCursor, type ScanPlace, writeCursor } from './scan-cursor.ts';
import { put, take } from './scripts.ts';
import { within } from './within.ts';

/** Redis may forget a record so long after its deadline: its clock and ours need not agree. */
const SLACK_MS = 60_000;
const QUIT_MS = 2_000;

/** A connection to Redis, and under which prefix the keys are. */
export interface RedisDriverOptions {
  /** Yours to make, and a cluster to connect; the driver ends it with itself. */
  readonly client: Redis | Cluster;
  /** In front of every key. */
  readonly prefix: string;
  readonly now: Clock;
  readonly random: RandomBytes;
}

type Reply = readonly [value: string, version: string, deadline: string];

/** A driver over a client. Commands fail in bounded time when Redis is away; the client reconnects by itself. */
export function createRedisDriver(options: RedisDriverOptions): StorageDriver {
  const { client, now } = options;
  const calls = new RedisCalls();
  const call = <R>(verb: () => Promise<R>): Promise<R> =>
    calls.run(() => {
      checkReady(client);
      return verb();
    });
  return {
    async get(key) {
      const reply = await call(() => client.hmget(name(options, key), 'd', 'v', 'x'));
      const stored = toStored(key, reply);
      return stored !== undefined && isLive(deadlineMs(stored.expiresAt), now()) ? stored : undefined;
    },
    async put(key, value, putOptions) {
      const { version, values } = putArguments(options, value, putOptions);
      const written = await call(() => client.eval(put, 1, name(options, key), ...values));
      return written === 1 ? { written: true, version } : { written: false };
    },
    async take(key, { ifVersion } = {}) {
      const wanted = ifVersion === undefined ? [] : [ifVersion];
      const reply = await call(() => client.eval(take, 1, name(options, key), now().getTime(), ...wanted));
      return Array.isArray(reply) ? toStored(key, reply) : undefined;
    },
    scan: (page) => call(() => scan(options, page)),
    sweep: () => call(async () => ({ removed: 0, more: false })),
    [Symbol.asyncDispose]: () => calls.close(() => end(client)),
  };
}

const name = ({ prefix }: RedisDriverOptions, key: Key): string => prefix + keyToText(key);

async function end(client: Redis | Cluster): Promise<void> {
  await within(QUIT_MS, client.quit()).catch(() => undefined);
  client.disconnect();
}

/** A cluster that is not connected keeps commands without bound, and would run them long after they were given up. */
function checkReady(client: Redis | Cluster): void {
  const { status } = client;
  // The first command of a lazy client makes it connect.
  if (client instanceof Cluster && status !== 'ready' && status !== 'wait') throw unavailable();
}

/** What the script needs besides the key, in its order. */
function putArguments({ now, random }: RedisDriverOptions, value: Json, { ifVersion, expiresAt }: PutOptions) {
  const version = randomVersion(random);
  const deadline = deadlineMs(expiresAt);
  const moment = now().getTime();
  const keep = deadline === undefined ? '' : Math.max(1, deadline - moment + SLACK_MS);
  return { version, values: [ifVersion, moment, JSON.stringify(value), version, deadline ?? '', keep] };
}

function toStored(key: Key, reply: readonly unknown[]): Stored | undefined {
  const [value, version, deadline] = reply as Partial<Reply>;
  if (typeof version !== 'string' || typeof value !== 'string') return undefined;
  const expiry = deadline ? { expiresAt: new Date(Number(deadline)) } : {};
  return { value: parseStoredValue(key, value), version, ...expiry };
}

/** Walks the nodes one after the other. A node may answer more than was asked for: the rest waits in the cursor. */
async function scan(options: RedisDriverOptions, { prefix, limit, cursor }: ScanOptions): Promise<ScanPage> {
  const nodes = primariesOf(options.client);
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
  const keys = await liveKeys(options, names);
  const isOver = left.rest.length === 0 && left.node >= nodes.length;
  return isOver ? { keys } : { keys, cursor: writeCursor(left) };
}

async function liveKeys(options: RedisDriverOptions, names: readonly string[]): Promise<readonly Key[]> {
  const keys = names.map((found) => ourKey(found.slice(options.prefix.length))).filter((key) => key !== undefined);
  const live = await Promise.all(keys.map((key) => isLiveRecord(options, key)));
  return keys.filter((_key, index) => live[index]);
}

/** Another program, or an issuer with a longer prefix, may have keys that begin as ours do. */
function ourKey(text: string): Key | undefined {
  try {
    const key = textToKey(text);
    return keyToText(key) === text ? key : undefined;
  } catch {
    return undefined;
  }
}

async function isLiveRecord(options: RedisDriverOptions, key: Key): Promise<boolean> {
  const [deadline] = await options.client.hmget(name(options, key), 'x').catch((error: unknown) => {
    if (isWrongType(error)) return [];
    throw error;
  });
  if (deadline === undefined || deadline === null) return false;
  return isLive(deadline === '' ? undefined : Number(deadline), options.now());
}

const escapeGlob = (text: string): string => text.replace(/[\\*?[\]^]/g, '\\$&');
