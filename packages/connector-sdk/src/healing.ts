/** A value that is fetched when it is first needed and then kept fresh; a failure is never remembered. */
import type { Clock } from '@ostiary/primitives';

/** What is fetched, and how old it may become. */
export interface HealingOptions<T> {
  readonly load: () => Promise<T>;
  readonly now: Clock;
  /** Milliseconds after which the value is fetched again. */
  readonly maxAgeMs: number;
  /** Milliseconds beyond `maxAgeMs` for which the old value serves while fetching fails. */
  readonly staleMs: number;
  /** Which failures the old value may outlast: those from which nothing was learnt. Default: any. */
  readonly outlasts?: (failure: unknown) => boolean;
  /** Told when fetching again failed and the old value goes on serving. */
  readonly onStale: (error: unknown) => void;
}

/** A value that is kept fresh; see {@link healing}. */
export interface Healing<T> {
  /** The value, fetched if there is none that may still serve. */
  get(): Promise<T>;
  /** Fetches now, unless the value is younger, or the last attempt was less long ago, than this many milliseconds. */
  renew(olderThanMs: number): Promise<T>;
}

/** Milliseconds between two attempts to replace an old value that still serves. */
const pauseMs = 30_000;

/**
 * Keeps a value that is fetched when it is first needed. Several callers share one fetch; a failure is not remembered.
 * Who asks for one that is past `maxAgeMs` waits for the new one: keys and certificates that were taken back must not
 * serve once more just because nobody asked for long. Only after a failure does the old one go on.
 */
export function healing<T>(options: HealingOptions<T>): Healing<T> {
  const { now, outlasts = () => true } = options;
  let held: { readonly value: T; readonly at: number } | undefined;
  let loading: Promise<T> | undefined;
  let triedAt = Number.NEGATIVE_INFINITY;
  let outlastedAt = Number.NEGATIVE_INFINITY;
  const since = (time: number): number => now().getTime() - time;

  const load = (): Promise<T> => {
    if (loading !== undefined) return loading;
    triedAt = now().getTime();
    loading = options
      .load()
      .then((value) => {
        held = { value, at: now().getTime() };
        return value;
      })
      .finally(() => {
        loading = undefined;
      });
    return loading;
  };

  const replaced = async (old: T): Promise<T> => {
    if (since(outlastedAt) < pauseMs) return old;
    try {
      return await load();
    } catch (error) {
      if (!outlasts(error)) throw error;
      outlastedAt = now().getTime();
      options.onStale(error);
      return old;
    }
  };

  return {
    async get() {
      const { maxAgeMs, staleMs } = options;
      if (held === undefined || since(held.at) >= maxAgeMs + staleMs) return load();
      return since(held.at) < maxAgeMs ? held.value : replaced(held.value);
    },
    async renew(olderThanMs) {
      if (loading !== undefined) return loading;
      return held !== undefined && since(triedAt) < olderThanMs ? held.value : load();
    },
  };
}
