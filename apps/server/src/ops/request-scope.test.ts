import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type LogLine, recordingLogger } from '../../test/fake-issuer.ts';
import { createRequestScope } from './request-scope.ts';

function bound() {
  const lines: LogLine[] = [];
  const scope = createRequestScope();
  return { lines, scope, log: scope.bind(recordingLogger(lines)).child({ connector: 'a' }) };
}

describe('a log that is bound to the requests', () => {
  it('says of which request a line is, also where two are under way', async () => {
    const { lines, scope, log } = bound();
    const work = async (requestId: string): Promise<void> => {
      await setImmediate();
      log.warn('x', { of: requestId });
    };
    await Promise.all(
      ['r1', 'r2'].map((requestId) =>
        scope.run(
          () => ({ requestId }),
          () => work(requestId),
        ),
      ),
    );
    expect(lines).toEqual([
      { level: 'warn', event: 'x', connector: 'a', requestId: 'r1', of: 'r1' },
      { level: 'warn', event: 'x', connector: 'a', requestId: 'r2', of: 'r2' },
    ]);
  });

  it('writes as before where there is no request', () => {
    const { lines, log } = bound();
    log.info('x');
    log.error('y', { a: 1 });
    expect(lines).toEqual([
      { level: 'info', event: 'x', connector: 'a' },
      { level: 'error', event: 'y', connector: 'a', a: 1 },
    ]);
  });
});
