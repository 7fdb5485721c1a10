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
  /**
   * Absent: a value past `maxAgeMs` is handed out at once and fetched again behind the back of who asks. Given: who asks
   * waits for the new one, and gets the old one only after a failure that this allows. For what is trusted, such as
   * keys, where a value that was taken back must not serve once more just because nobody asked for long.
   */
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

/** Keeps a value that is fetched when it is first needed. Several callers share one fetch; a failure is not remembered. */
export function healing<T>(options: HealingOptions<T>): Healing<T> {
  const { now } = options;
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

  const replaced = async (old: T, outlasts: (failure: unknown) => boolean): Promise<T> => {
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
      const { maxAgeMs, staleMs, outlasts } = options;
      if (held === undefined || since(held.at) >= maxAgeMs + staleMs) return load();
      if (since(held.at) < maxAgeMs) return held.value;
      if (outlasts !== undefined) return replaced(held.value, outlasts);
      if (since(triedAt) >= pauseMs) load().catch(options.onStale);
      return held.value;
    },
    async renew(olderThanMs) {
      if (loading !== undefined) return loading;
      return held !== undefined && since(triedAt) < olderThanMs ? held.value : load();
    },
  };
}
