import { OstiaryError } from '@ostiary/primitives';
import { toOstiaryError } from './redis-error.ts';
import { within } from './within.ts';

/** Longer than one command may take, so that its own error, which says more, is the one that is heard. */
const CALL_MS = 6_000;

/** The calls of one driver: each ends in bounded time, whatever the client does, and the driver ends after them. */
export class Calls {
  readonly #underWay = new Set<Promise<unknown>>();
  #open = true;

  /** @throws {OstiaryError} `storage/unavailable` also when it was closed. */
  async run<R>(verb: () => Promise<R>): Promise<R> {
    if (!this.#open) throw new OstiaryError('storage/unavailable', 'The storage was closed.');
    const call = within(CALL_MS, verb());
    this.#underWay.add(call);
    try {
      return await call;
    } catch (error) {
      throw toOstiaryError(error);
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
