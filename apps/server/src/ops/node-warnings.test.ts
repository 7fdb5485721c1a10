import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { type LogLine, recordingLogger } from '../../test/fake-issuer.ts';
import { hearNodeWarnings } from './node-warnings.ts';

const warning = (name: string, message: string, code?: string): Error =>
  Object.assign(new Error(message), { name, code });

/** A process, with Node's printer or without. */
function setUp({ printer = true } = {}) {
  const source = new EventEmitter<{ warning: [Error] }>();
  const printed: Error[] = [];
  if (printer) source.on('warning', (one) => printed.push(one));
  const lines: LogLine[] = [];
  const warnings = hearNodeWarnings(source);
  return { source, warnings, printed, lines, log: recordingLogger(lines) };
}

describe('warnings of Node', () => {
  it('are lines of the log, also those from before it was opened, and are not printed', () => {
    const { source, warnings, printed, lines, log } = setUp();
    source.emit('warning', warning('ExperimentalWarning', 'SQLite is new'));
    warnings.writeTo(log);
    source.emit('warning', warning('Warning', 'TLS verifies nobody', 'TLS01'));
    expect(lines).toMatchObject([
      { level: 'debug', event: 'node.warning', message: 'SQLite is new' },
      { level: 'warn', event: 'node.warning', message: 'TLS verifies nobody', code: 'TLS01' },
    ]);
    expect(printed).toEqual([]);
  });

  it('stay unsaid when Node was told to say none', () => {
    const { source, warnings, lines, log } = setUp({ printer: false });
    warnings.writeTo(log);
    source.emit('warning', warning('Warning', 'any'));
    expect(lines).toEqual([]);
  });
});
