import type { DatabaseSync } from 'node:sqlite';
import { patiently } from './patience.ts';

interface Waiting {
  run(): void;
  readonly settle: () => void;
  readonly fail: (error: unknown) => void;
}

const MOST_AT_ONCE = 500;

/**
 * Writes that arrive in the same turn of the event loop share one commit: one flush of the disk for all of them. Each
 * is still a statement of its own, and none is answered before the commit has succeeded.
 */
export class WriteQueue {
  readonly #database: DatabaseSync;
  readonly #patience: number;
  readonly #waiting: Waiting[] = [];
  #working: Promise<void> | undefined;

  /** @param patience how long to wait for a lock of another process, in milliseconds. */
  constructor(database: DatabaseSync, patience: number) {
    this.#database = database;
    this.#patience = patience;
  }

  /** Runs one statement; answers what it answered, once that is on the disk. */
  submit<R>(write: () => R): Promise<R> {
    return new Promise<R>((resolve, fail) => {
      let settle = (): void => undefined;
      const run = (): void => {
        const result = write();
        settle = () => resolve(result);
      };
      this.#waiting.push({ run, settle: () => settle(), fail });
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
      await this.#commit(this.#waiting.splice(0, MOST_AT_ONCE));
    }
    this.#working = undefined;
  }

  async #commit(batch: readonly Waiting[]): Promise<void> {
    try {
      await patiently(() => this.#runBatch(batch), this.#patience);
      for (const { settle } of batch) settle();
    } catch (error) {
      if (batch.length === 1) batch[0]?.fail(error);
      // One bad statement must not fail the writes of others.
      else for (const one of batch) await this.#commit([one]);
    }
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
