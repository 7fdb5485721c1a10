import type { Clock } from '@ostiary/primitives';
import type { StorageDriver } from '../driver.ts';

/** What the kit hands to a storage when it opens one. */
export interface OpenOptions {
  /** The only clock the driver may look at. The kit moves it. */
  readonly now: Clock;
  /**
   * Letters, digits and `-`, another one for each rule. Drivers opened with the same namespace see the same records;
   * with another one they do not: a file name, a database, a key prefix.
   */
  readonly namespace: string;
}

/** Opens a driver of the storage that is to be proved. The kit disposes of it. */
export type OpenDriver = (options: OpenOptions) => Promise<StorageDriver>;

/** A clock that stands still until a rule moves it. */
export interface TestClock {
  readonly now: Clock;
  /** Moves it by this many milliseconds. */
  advance(milliseconds: number): void;
  /** Moves it to a moment, also backwards. */
  set(moment: Date): void;
  /** The moment that is this many milliseconds away. */
  in(milliseconds: number): Date;
}

/** What a rule works with. Every rule begins with an empty storage. */
export interface RuleContext {
  readonly driver: StorageDriver;
  readonly clock: TestClock;
  /** Opens another driver on the same records, as another replica does. */
  another(): Promise<StorageDriver>;
}

/** One promise of the contract, and how to find out whether a storage keeps it. */
export interface Rule {
  /** Stable name, for waivers: `take/one-winner`. */
  readonly id: string;
  /** What a storage does that keeps the rule. */
  readonly about: string;
  /** `replicas`: the rule opens several drivers on the same records. */
  readonly needs?: 'replicas';
  /** Rejects, with what was seen and what was expected, when the rule is broken. */
  check(context: RuleContext): Promise<void>;
}
