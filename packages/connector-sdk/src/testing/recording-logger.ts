import type { LogFields, Logger } from '@ostiary/primitives';

/** One line of a log. */
export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly event: string;
  readonly fields: LogFields;
}

/** A log that keeps its lines for a test. */
export interface RecordingLogger extends Logger {
  readonly lines: readonly LogLine[];
}

/** A log that keeps its lines for a test to look at. Children write to the same lines. */
export function recordingLogger(): RecordingLogger {
  const lines: LogLine[] = [];
  return { ...loggerInto(lines, {}), lines };
}

function loggerInto(lines: LogLine[], base: LogFields): Logger {
  const write =
    (level: LogLine['level']) =>
    (event: string, fields: LogFields = {}): void => {
      lines.push({ level, event, fields: { ...base, ...fields } });
    };
  return {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    child: (fields) => loggerInto(lines, { ...base, ...fields }),
  };
}
