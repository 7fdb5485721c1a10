import { Calls } from '@ostiary/storage-sdk/server';
import { toOstiaryError } from './redis-error.ts';
import { within } from './within.ts';

/** Longer than one command may take, so that its own error, which says more, is the one that is heard. */
const CALL_MS = 6_000;

/** The calls of one driver: each ends in bounded time, whatever the client does. */
export class RedisCalls extends Calls {
  /** @throws {OstiaryError} `storage/unavailable` also when it was closed. */
  override run<R>(verb: () => Promise<R>): Promise<R> {
    return super.run(async () => {
      try {
        return await within(CALL_MS, verb());
      } catch (error) {
        throw toOstiaryError(error);
      }
    });
  }
}
