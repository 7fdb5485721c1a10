import { isOstiaryError, OstiaryError } from '@ostiary/primitives';
import type { Status } from './status.ts';

/** An answer that says no to a request as such, not to what it is about. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly status: Status;

  constructor(status: Status) {
    super(reasonOf(status));
    this.status = status;
  }
}

const reasonOf = ({ code, reason, message }: Status): string =>
  [code, reason, message && `(${message})`].filter(Boolean).join(' ');

/** What the contract has for an API that cannot be reached, or does not do what it is asked. */
export function unavailable(cause?: unknown): OstiaryError {
  const detail = cause instanceof Refused ? { status: cause.status.code, reason: cause.status.reason } : {};
  return new OstiaryError('storage/unavailable', 'The storage does not answer. Please try again.', { cause, detail });
}

/** What went wrong with a verb, as the contract has it: a file of the configuration may have gone since the start. */
export function toOstiaryError(error: unknown): unknown {
  return error instanceof Refused || isOstiaryError(error, 'config/invalid') ? unavailable(error) : error;
}

/** Codes of a connection that was there and is not any more. */
const cut = ['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'];

/** True when a connection ended under a request. Whether the request was carried out is not known. */
export function isCut(error: unknown): boolean {
  return error instanceof Error && 'code' in error && cut.includes(String(error.code));
}

/** An error in words: of several attempts at the addresses of one name, which say nothing together, the first. */
export function inWords(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  if (error.name === 'TimeoutError') return new Error('no answer in time');
  const first: unknown = error instanceof AggregateError ? error.errors[0] : undefined;
  return first instanceof Error ? first : error;
}
