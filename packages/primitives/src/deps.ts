import type { Clock } from './clock.ts';
import type { Logger } from './logger.ts';

/** The Fetch API's `fetch`. */
export type Fetch = typeof globalThis.fetch;

/** Answers `length` cryptographically random bytes. */
export type RandomBytes = (length: number) => Uint8Array;

/** Every effect that library code may have. A composition root makes the real ones, a test makes its own. */
export interface Deps {
  readonly fetch: Fetch;
  readonly now: Clock;
  readonly random: RandomBytes;
  readonly log: Logger;
}
