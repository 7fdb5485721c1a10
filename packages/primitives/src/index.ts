/** The words every Ostiary package shares. No dependency and no I/O; a new file here needs an ADR. */
export { type Clock, systemClock } from './clock.ts';
export type { Deps, Fetch, RandomBytes } from './deps.ts';
export { type ErrorCode, errorStatus, isOstiaryError, OstiaryError, type OstiaryErrorOptions } from './error.ts';
export { type IssuerId, issuerPath, issuerUrl, parseIssuerId } from './issuer-id.ts';
export { isJsonObject, type Json, type JsonObject } from './json.ts';
export { type LogFields, type Logger, silentLogger } from './logger.ts';
export { Secret } from './secret.ts';
