/** The log of the server: pino behind the `Logger` of the house. */
import type { Clock, LogFields, Logger } from '@ostiary/primitives';
import { type DestinationStream, type Logger as PinoLogger, pino } from 'pino';
import { errorFields } from './error-fields.ts';
import { toLogfmt } from './logfmt.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** `logger` of the configuration. */
export interface LogSettings {
  readonly level: LogLevel;
  readonly format: 'text' | 'json';
  /** Fields that are left out of every line, for privacy (`logger.excludeFields`). Top level only. */
  readonly excludeFields: readonly string[];
}

export interface LogTarget {
  /** Where lines go, one call a line. */
  readonly write: (line: string) => void;
  readonly now: Clock;
}

/** Names that every line has; a field of the same name would stand twice in the JSON. */
const taken: ReadonlySet<string> = new Set(['time', 'level', 'msg']);

/** Opens the log. Times are UTC, levels upper case, the event name is `msg`, as in Dex. */
export function createLogger(settings: LogSettings, { write, now }: LogTarget): Logger {
  const stream: DestinationStream = settings.format === 'json' ? { write } : { write: (line) => write(toLogfmt(line)) };
  const root = pino(
    {
      base: null,
      level: settings.level,
      timestamp: timestamps(now),
      formatters: { level: (label) => ({ level: label.toUpperCase() }) },
    },
    stream,
  );
  return wrap(root, { excluded: new Set(settings.excludeFields) });
}

/** Pino's time member. Formatting a time takes as long as the rest of a short line, and a millisecond has many lines. */
function timestamps(now: Clock): () => string {
  let last = { at: Number.NaN, member: '' };
  return () => {
    const time = now();
    if (time.getTime() !== last.at) last = { at: time.getTime(), member: `,"time":"${time.toISOString()}"` };
    return last.member;
  };
}

interface LineOptions {
  readonly excluded: ReadonlySet<string>;
  /** Fields of every line, ahead of its own. A request has few lines, and a logger of pino's own costs more than they do. */
  readonly bound?: LogFields;
}

function wrap(log: PinoLogger, { excluded, bound }: LineOptions): Logger {
  const line =
    (level: 'debug' | 'info' | 'warn' | 'error') =>
    (event: string, fields: LogFields = {}) => {
      if (log.isLevelEnabled(level))
        log[level](readable(bound === undefined ? fields : { ...bound, ...fields }, excluded), event);
    };
  return {
    debug: line('debug'),
    info: line('info'),
    warn: line('warn'),
    error: line('error'),
    child: (fields) => wrap(log, { excluded, bound: { ...bound, ...fields } }),
  };
}

/** What pino is given. Nearly all fields may go as they are. */
function readable(fields: LogFields, excluded: ReadonlySet<string>): LogFields {
  for (const name in fields) {
    if (excluded.has(name) || taken.has(name) || fields[name] instanceof Error) return reworded(fields, excluded);
  }
  return fields;
}

function reworded(fields: LogFields, excluded: ReadonlySet<string>): LogFields {
  const result: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (excluded.has(name)) continue;
    result[taken.has(name) ? `${name}_` : name] = value instanceof Error ? errorFields(value) : value;
  }
  return result;
}
