/**
 * When a key is published, used, retired and removed, for every set of keys that replicas share. Pure: the whole
 * rotation is a function of the time, the keys and the schedule. All times are whole seconds since the epoch.
 */

/** A replica reads the shared set at least this often, the time the storage takes included. */
export const REFRESH_WITHIN_SECONDS = 60;

/** By how much the clocks of replicas and verifiers may differ. */
export const CLOCK_SKEW_SECONDS = 60;

/** The life of one key. `activeUntil` is written when its successor is, and never changes after that. */
export interface ScheduledKey<A extends string = string> {
  readonly kid: string;
  readonly alg: A;
  readonly publishedAt: number;
  readonly activeFrom: number;
  readonly activeUntil?: number;
  /** The longest time anybody was allowed to hold a copy of the set in which this key was the newest. */
  readonly cachedFor: number;
  /** How long after `activeUntil` somebody may still need the key. */
  readonly keepFor: number;
}

export interface Schedule<A extends string = string> {
  readonly algorithms: readonly A[];
  /** How long a key is used. A period shorter than {@link publicationLead} cannot be kept: then the lead is the period. */
  readonly period: number;
  readonly cachedFor: number;
  readonly keepFor: number;
}

/** `published`: known, not used yet. `active`: used. `retired`: still needed to read. `removed`: nobody needs it. */
export type Phase = 'published' | 'active' | 'retired' | 'removed';

/** Everything about a new key but its material and its id. */
export type NewKey<A extends string = string> = Omit<ScheduledKey<A>, 'kid' | 'activeUntil'>;

export interface RotationPlan<A extends string, K> {
  readonly keep: readonly K[];
  readonly create: readonly NewKey<A>[];
}

/** The phase of `key` at the time `now`. Every moment belongs to exactly one phase. */
export function phaseOf(key: ScheduledKey, now: number): Phase {
  if (now < key.activeFrom) return 'published';
  if (key.activeUntil === undefined || now < key.activeUntil) return 'active';
  return now < key.activeUntil + key.keepFor ? 'retired' : 'removed';
}

/** True when no replica, however late its clock, uses the key again: its secret part may go. */
export function isSpent(key: ScheduledKey, now: number): boolean {
  return key.activeUntil !== undefined && now >= key.activeUntil + CLOCK_SKEW_SECONDS;
}

/** How long a key is known before it is used, so that no copy of the set that lacks it is still in use. */
export function publicationLead(cachedFor: number): number {
  return cachedFor + REFRESH_WITHIN_SECONDS + CLOCK_SKEW_SECONDS;
}

/**
 * How long after it was read a set may be trusted to name every key in use. Whoever made a key since then waits for
 * {@link publicationLead} before using it, which is longer.
 */
export function freshFor(cachedFor: number): number {
  return cachedFor + REFRESH_WITHIN_SECONDS;
}

/**
 * What the set should become. Keys that need no change are kept as the same object; the caller makes the material
 * of `create`.
 *
 * - The very first keys are used at once, by replicas with a late clock too, because nobody holds an older set.
 *   Later ones wait for the lead.
 * - A key ends when its successor begins, never before, so at each moment exactly one key per algorithm is active.
 * - A key of an algorithm that is no longer in the schedule lives its period out and gets no successor.
 * - Replicas with different schedules agree on the longest promise: `cachedFor` and `keepFor` of a key only grow.
 */
export function planRotation<A extends string, K extends ScheduledKey<A>>(
  now: number,
  keys: readonly K[],
  schedule: Schedule<A>,
): RotationPlan<A, K> {
  const { cachedFor, keepFor, period } = schedule;
  const live = keys.filter((key) => phaseOf(key, now) !== 'removed').map((key) => raisePromises(key, now, schedule));
  const lead = publicationLead(Math.max(cachedFor, ...live.map((key) => key.cachedFor)));
  const startAfter = (latest: K | undefined) =>
    keys.length === 0 ? now - CLOCK_SKEW_SECONDS : nextStart(latest, { earliest: now + lead, now, period });
  const create = schedule.algorithms.flatMap((alg) => {
    const activeFrom = startAfter(latestOf(live, alg));
    return activeFrom === undefined ? [] : [{ alg, publishedAt: now, activeFrom, cachedFor, keepFor }];
  });
  const keep = live.map((key) => {
    if (key.activeUntil !== undefined || key !== latestOf(live, key.alg)) return key;
    const activeUntil = startAfter(key);
    return activeUntil === undefined ? key : { ...key, activeUntil };
  });
  return { keep, create };
}

/** When the key after `latest` begins, or `undefined` while it is too early to say so. */
function nextStart(
  latest: ScheduledKey | undefined,
  { earliest, now, period }: { readonly earliest: number; readonly now: number; readonly period: number },
): number | undefined {
  if (latest === undefined) return earliest;
  if (latest.activeUntil !== undefined) return Math.max(earliest, latest.activeUntil);
  if (now < latest.activeFrom) return undefined;
  const due = latest.activeFrom + period;
  return earliest < due ? undefined : Math.max(earliest, due);
}

function latestOf<K extends ScheduledKey>(keys: readonly K[], alg: string): K | undefined {
  const own = keys.filter((key) => key.alg === alg);
  return own.reduce<K | undefined>((a, b) => (a === undefined || b.activeFrom > a.activeFrom ? b : a), undefined);
}

function raisePromises<K extends ScheduledKey>(key: K, now: number, schedule: Schedule): K {
  if (phaseOf(key, now) === 'retired') return key;
  if (key.cachedFor >= schedule.cachedFor && key.keepFor >= schedule.keepFor) return key;
  return {
    ...key,
    cachedFor: Math.max(key.cachedFor, schedule.cachedFor),
    keepFor: Math.max(key.keepFor, schedule.keepFor),
  };
}
