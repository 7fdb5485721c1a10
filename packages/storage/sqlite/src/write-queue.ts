import type { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { isOstiaryError, OstiaryError } from '@ostiary/primitives';
import { attemptsWithin, PAUSE_MS } from './patience.ts';
import { isBusy, isCircumstance, toOstiaryError } from './sqlite-error.ts';

interface Waiting {
  run(): void;
  readonly settle: () => void;
  readonly fail: (error: unknown) => void;
  /** How often the lock of another process may still be in the way. */
  attempts: number;
  /** True after a statement of its batch failed: which one it was is found out one by one. */
  alone: boolean;
}

const MOST_AT_ONCE = 500;
const MOST_WAITING = 5_000;

/**
 * Writes that arrive in the same turn of the event loop share one commit: one flush of the disk for all of them. Each
 * is still a statement of its own, and none is answered before the commit has succeeded. While another process holds
 * the lock, later writes join those that wait, and each is given up after its own patience.
 */
export class WriteQueue {
  readonly #database: DatabaseSync;
  readonly #attempts: number;
  readonly #check: () => void;
  readonly #waiting: Waiting[] = [];
  #working: Promise<void> | undefined;

  /**
   * @param patience how long a write may wait for a lock of another process, in milliseconds.
   * @param check throws when nothing may be written now; it is asked before each commit, so it must be quick.
   */
  constructor(database: DatabaseSync, patience: number, check: () => void) {
    this.#database = database;
    this.#check = check;
    this.#attempts = attemptsWithin(patience);
  }

  /**
   * Runs one statement; answers what it answered, once that is on the disk.
   *
   * @throws {OstiaryError} `storage/unavailable` when the lock was not free in time, or too many writes wait for it.
   */
  async submit<R>(write: () => R): Promise<R> {
    if (this.#waiting.length >= MOST_WAITING) {
      throw new OstiaryError('storage/unavailable', 'The storage is overloaded. Please try again.');
    }
    return new Promise<R>((resolve, fail) => {
      let settle = (): void => undefined;
      const run = (): void => {
        const result = write();
        settle = () => resolve(result);
      };
      this.#waiting.push({ run, settle: () => settle(), fail, attempts: this.#attempts, alone: false });
      this.#working ??= this.#work();
    });
  }

  /** Resolves when everything that was submitted is answered. */
  async idle(): Promise<void> {
    await this.#working;
  }

  async #work(): Promise<void> {
    while (this.#waiting.length > 0) {
      // The other requests of this turn go first, so that their writes are in the batch.
      await new Promise<void>((resolve) => setImmediate(resolve));
      const size = this.#waiting[0]?.alone ? 1 : MOST_AT_ONCE;
      const batch = this.#waiting.slice(0, size);
      try {
        this.#check();
        this.#runBatch(batch);
        this.#waiting.splice(0, batch.length);
        for (const { settle } of batch) settle();
      } catch (error) {
        await this.#afterFailure(batch, error);
      }
    }
    this.#working = undefined;
  }

  async #afterFailure(batch: readonly Waiting[], error: unknown): Promise<void> {
    if (isBusy(error)) {
      this.#giveUpLate(error);
      await sleep(PAUSE_MS);
    } else if (batch.length === 1 || isCircumstance(error) || isOstiaryError(error)) {
      this.#waiting.splice(0, batch.length);
      for (const { fail } of batch) fail(toOstiaryError(error));
    } else {
      // One bad statement must not fail the writes of others.
      for (const one of batch) one.alone = true;
    }
  }

  /** The lock is in the way of every write that waits, whether it was in the batch or not. */
  #giveUpLate(error: unknown): void {
    for (const one of this.#waiting) one.attempts -= 1;
    const late = this.#waiting.findIndex(({ attempts }) => attempts > 0);
    // Who came first has the fewest attempts left.
    for (const { fail } of this.#waiting.splice(0, late < 0 ? this.#waiting.length : late)) fail(toOstiaryError(error));
  }

  #runBatch(batch: readonly Waiting[]): void {
    if (batch.length === 1) {
      batch[0]?.run();
      return;
    }
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      for (const { run } of batch) run();
      this.#database.exec('COMMIT');
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }
}
