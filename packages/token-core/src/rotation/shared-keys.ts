import { isDeepStrictEqual } from 'node:util';
import type { Clock, Deps } from '@ostiary/primitives';
import { type RecordKind, type RecordStore, recordStore, type StorageDriver } from '@ostiary/storage-sdk';
import {
  CLOCK_SKEW_SECONDS,
  isSpent,
  type NewKey,
  planRotation,
  type Schedule,
  type ScheduledKey,
} from './plan-rotation.ts';

/** Key material as a JSON Web Key (RFC 7517). */
export type StoredJwk = { readonly [member: string]: string };

/** A key as it is stored: its life and its material. */
export interface SharedKey<A extends string = string> extends ScheduledKey<A> {
  readonly jwk: StoredJwk;
}

/** A stored key and what was made of it for use. */
export interface Loaded<A extends string, P> {
  readonly key: SharedKey<A>;
  readonly ready: P;
}

/** What this process knows of the set. */
export interface Snapshot<A extends string, P> {
  /** When the read began that answered it, in seconds since the epoch. */
  readonly loadedAt: number;
  readonly keys: readonly Loaded<A, P>[];
}

/** A set of keys that replicas share through the storage, and the copy of it in memory. */
export interface SharedKeys<A extends string, P> {
  snapshot(): Snapshot<A, P>;
  /** Reads, rotates what is due, and takes over the result. A failure is logged and leaves the snapshot as it is. */
  refresh(): Promise<void>;
  /** For a caller that needs what is not here, such as the key of an unknown id: refreshes, unless that was just tried. */
  refreshSoon(): Promise<void>;
}

export interface SharedKeysOptions<A extends string, P> {
  /** First part of log events: `keys` gives `keys.published`. */
  readonly topic: string;
  readonly storage: StorageDriver;
  readonly kind: RecordKind<readonly SharedKey<A>[]>;
  readonly schedule: Schedule<A>;
  readonly deps: Pick<Deps, 'now' | 'random' | 'log'>;
  /** New material. Slow work belongs off the event loop. */
  generate(alg: A): Promise<Pick<SharedKey<A>, 'kid' | 'jwk'>>;
  /** Makes a stored key usable. Asked once per material. */
  prepare(key: SharedKey<A>): Promise<P>;
  /** What stays of a key that nobody uses any more. The same object when nothing has to go. */
  strip(key: SharedKey<A>): SharedKey<A>;
}

/** Strangers can send as many unknown key ids as they like; the storage is asked once in this many seconds. */
const SOON_PAUSE_SECONDS = 5;

/** The one record of a kind: compare-and-set on it is what makes replicas agree. */
export const RECORD_ID = 'current';

/** Seconds since the epoch. */
export const secondsOf = (now: Clock): number => Math.floor(now().getTime() / 1000);

/**
 * Opens a shared set: reads it, or makes the first keys.
 *
 * @throws {OstiaryError} `storage/unavailable`, `storage/conflict`, or `storage/corrupt` when the record cannot be
 * read, for example because a newer release wrote it. It is never replaced by a new one.
 */
export async function openSharedKeys<A extends string, P>(options: SharedKeysOptions<A, P>): Promise<SharedKeys<A, P>> {
  const { log, now, random } = options.deps;
  const jitter = () => (random(1)[0] ?? 0) / 256;
  const store = recordStore(options.storage, options.kind, { jitter });
  const watchClocks = clockWatch(options);
  const read = async (known: readonly Loaded<A, P>[]): Promise<Snapshot<A, P>> => {
    const found = await load(store, options, known);
    watchClocks(found);
    return found;
  };
  let snapshot = await read([]);
  let triedAt = snapshot.loadedAt;
  let running: Promise<void> | undefined;

  async function reload(): Promise<void> {
    triedAt = secondsOf(now);
    try {
      snapshot = await read(snapshot.keys);
    } catch (error) {
      const age = secondsOf(now) - snapshot.loadedAt;
      log.error(`${options.topic}.refresh_failed`, { error, ageSeconds: age });
    } finally {
      running = undefined;
    }
  }
  const refresh = (): Promise<void> => {
    running ??= reload();
    return running;
  };
  return {
    snapshot: () => snapshot,
    refresh,
    async refreshSoon() {
      const sinceTried = Math.abs(secondsOf(now) - triedAt);
      if (running !== undefined || sinceTried >= SOON_PAUSE_SECONDS) await refresh();
    },
  };
}

/** Reads the set, brings it to the planned state, and prepares its keys. */
async function load<A extends string, P>(
  store: RecordStore<readonly SharedKey<A>[]>,
  options: SharedKeysOptions<A, P>,
  known: readonly Loaded<A, P>[],
): Promise<Snapshot<A, P>> {
  // Material is made between two rounds, never while a read is waiting to be written: it takes time, and another
  // replica may be faster. Every round that needs more leaves with one more algorithm, so this ends.
  const spares: Spares<A> = new Map();
  for (;;) {
    const loadedAt = secondsOf(options.deps.now);
    const { keys, missing } = await advance(store, options, spares);
    if (missing.length === 0) return { loadedAt, keys: await prepareAll(keys, known, options) };
    for (const alg of missing) spares.set(alg, await options.generate(alg));
  }
}

/**
 * Rotation is safe while clocks differ by less than a minute; this is how an operator hears that they do not: once, for a
 * key may lie in the future for weeks, and again when it happens again.
 */
function clockWatch<A extends string, P>({ topic, deps }: SharedKeysOptions<A, P>): (read: Snapshot<A, P>) => void {
  let isTold = false;
  return ({ loadedAt, keys }) => {
    const ahead = Math.max(...keys.map(({ key }) => key.publishedAt)) - loadedAt;
    const differ = ahead > CLOCK_SKEW_SECONDS;
    if (differ && !isTold) deps.log.error(`${topic}.clocks_differ`, { aheadSeconds: ahead });
    isTold = differ;
  };
}

type Spares<A extends string> = Map<A, Pick<SharedKey<A>, 'kid' | 'jwk'>>;

interface Advanced<A extends string> {
  readonly keys: readonly SharedKey<A>[];
  /** Algorithms that need a new key nobody has made yet; nothing was written. */
  readonly missing: readonly A[];
}

/** One compare-and-set from the stored state to the planned one; of rivals one wins and the others see its keys. */
async function advance<A extends string, P>(
  store: RecordStore<readonly SharedKey<A>[]>,
  { topic, schedule, deps, strip }: SharedKeysOptions<A, P>,
  spares: Spares<A>,
): Promise<Advanced<A>> {
  let missing: readonly A[] = [];
  let created: readonly SharedKey<A>[] = [];
  const record = await store.update(RECORD_ID, (current = []) => {
    const now = secondsOf(deps.now);
    const plan = planRotation<A, SharedKey<A>>(now, current, schedule);
    missing = plan.create.map(({ alg }) => alg).filter((alg) => !spares.has(alg));
    created = plan.create.flatMap((life) => withMaterial(life, spares.get(life.alg)));
    const kept = plan.keep.map((key) => (isSpent(key, now) ? strip(key) : key));
    const unchanged = kept.length === current.length && kept.every((key, index) => key === current[index]);
    if (missing.length > 0 || (created.length === 0 && unchanged)) return 'keep';
    return { set: [...kept, ...created] };
  });
  if (missing.length === 0) {
    for (const { kid, alg, activeFrom } of created) {
      deps.log.info(`${topic}.published`, { kid, alg, activeFrom: new Date(activeFrom * 1000).toISOString() });
    }
  }
  return { keys: record?.value ?? [], missing };
}

function withMaterial<A extends string>(
  life: NewKey<A>,
  material: Pick<SharedKey<A>, 'kid' | 'jwk'> | undefined,
): readonly SharedKey<A>[] {
  return material === undefined ? [] : [{ ...material, ...life }];
}

function prepareAll<A extends string, P>(
  keys: readonly SharedKey<A>[],
  known: readonly Loaded<A, P>[],
  { prepare }: SharedKeysOptions<A, P>,
): Promise<Loaded<A, P>[]> {
  return Promise.all(
    keys.map(async (key) => {
      const same = known.find(({ key: old }) => old.kid === key.kid && isDeepStrictEqual(old.jwk, key.jwk));
      return { key, ready: same === undefined ? await prepare(key) : same.ready };
    }),
  );
}
