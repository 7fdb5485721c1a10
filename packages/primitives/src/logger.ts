/**
 * Facts that belong to an event. A value must never be a token, a password or a key: pass `Secret` values as they are,
 * they print as `[secret]`.
 */
export interface LogFields {
  readonly [name: string]: unknown;
}

/**
 * A structured log. The first argument names the event (`token.issued`), for programs to find it by; it is a
 * constant in the source, never built from data.
 *
 * Levels: `error` an operator must act; `warn` something was refused or degraded; `info` one line per thing a person
 * did (login, token issued, revoked); `debug` for finding faults.
 */
export interface Logger {
  debug(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
  /** A log that adds `fields` to each of its lines. */
  child(fields: LogFields): Logger;
}

/** A log that keeps nothing. */
export const silentLogger: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  child: () => silentLogger,
};
