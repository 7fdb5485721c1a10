import { OstiaryError } from '@ostiary/primitives';

/** The calls of one driver that are under way: it ends after them, as the contract wants it. */
export class Calls {
  readonly #underWay = new Set<Promise<unknown>>();
  #open = true;

  /**
   * Answers what `verb` answers.
   *
   * @throws {OstiaryError} `storage/unavailable` when the driver was closed.
   */
  async run<R>(verb: () => Promise<R>): Promise<R> {
    if (!this.#open) throw new OstiaryError('storage/unavailable', 'The storage was closed.');
    const call = verb();
    this.#underWay.add(call);
    try {
      return await call;
    } finally {
      this.#underWay.delete(call);
    }
  }

  /**
   * Lets no more calls in, waits for those under way, and then ends the rest.
   *
   * @param end is called once, however often this is.
   */
  async close(end: () => Promise<unknown>): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    await Promise.allSettled(this.#underWay);
    await end();
  }
}
