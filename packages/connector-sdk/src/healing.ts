/** A value that is fetched when it is first needed and then kept fresh; a failure is never remembered. */
import type { Clock } from '@ostiary/primitives';

/** What is fetched, and how old it may become. */
export interface HealingOptions<T> {
  readonly load: () => Promise<T>;
  readonly now: Clock;
  /** Milliseconds after which the value is fetched again, behind the back of who asks. */
  readonly maxAgeMs: number;
  /** Milliseconds beyond `maxAgeMs` for which the old value serves while fetching fails. */
  readonly staleMs: number;
  /** Told when fetching again failed and the old value goes on serving. */
  readonly onStale: (error: unknown) => void;
}

/** A value that is kept fresh; see {@link healing}. */
export interface Healing<T> {
  /** The value, fetched if there is none that may still serve. */
  get(): Promise<T>;
  /** Fetches now, unless the value is younger than this many milliseconds. */
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

  const load = (): Promise<T> => {
    triedAt = now().getTime();
    loading ??= options
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

  return {
    async get() {
      const age = held === undefined ? Number.POSITIVE_INFINITY : now().getTime() - held.at;
      if (held === undefined || age >= options.maxAgeMs + options.staleMs) return load();
      if (age >= options.maxAgeMs && now().getTime() - triedAt >= pauseMs) load().catch(options.onStale);
      return held.value;
    },
    async renew(olderThanMs) {
      return held !== undefined && now().getTime() - held.at < olderThanMs ? held.value : load();
    },
  };
}
