import { isOstiaryError, OstiaryError } from '@ostiary/primitives';
import type { GatewayStatus } from './gateway-status.ts';

/** What is said of an answer that etcd does not give. */
export const NOT_ETCD = 'the answer is not one of etcd';

/** An answer that says no to a request as such. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly status: GatewayStatus;

  constructor(status: GatewayStatus) {
    super(status.message || `HTTP status ${status.http}`);
    this.status = status;
  }
}

/** No connection could be made, so nothing was sent on it. The cause says why. */
export class NotConnected extends Error {
  override readonly name = 'NotConnected';

  constructor(cause: unknown) {
    super('There is no connection.', { cause });
  }
}

/** Why this etcd, reached and understood, is not fit to be a storage: the rest of a sentence that names it. */
export class Unfit extends Error {
  override readonly name = 'Unfit';
}

/** What the contract has for an etcd that cannot be reached, or does not do what it is asked. */
export function unavailable(cause?: unknown): OstiaryError {
  const detail = cause instanceof Refused ? { status: cause.status.http, reason: cause.status.message } : {};
  return new OstiaryError('storage/unavailable', 'The storage does not answer. Please try again.', { cause, detail });
}

/** What went wrong with a verb, as the contract has it: a file of the configuration may have gone since the start. */
export function toOstiaryError(error: unknown): unknown {
  return error instanceof Refused || isOstiaryError(error, 'config/invalid') ? unavailable(error) : error;
}

const cut = ['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'];

/** True for a connection that ended. Whether a request on it was carried out is not known. */
export function isCut(error: unknown): boolean {
  return error instanceof Error && 'code' in error && cut.includes(String(error.code));
}

/**
 * An error in words, with the endpoint, for there may be several. Of several attempts at the addresses of one name, which say
 * nothing together, it is the first.
 */
export function inWords(error: unknown, endpoint: string): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  if (error instanceof NotConnected) return inWords(error.cause, endpoint);
  if (error.name === 'TimeoutError') return new Error(`no answer in time from ${endpoint}`);
  const first: unknown = error instanceof AggregateError ? error.errors[0] : undefined;
  if (first !== undefined) return inWords(first, endpoint);
  if (error.message.includes(endpoint)) return error;
  const code = 'code' in error ? { code: error.code } : {};
  return Object.assign(new Error(`${error.message} (${endpoint})`, { cause: error }), code);
}
