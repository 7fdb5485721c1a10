import { silentLogger } from '@ostiary/primitives';
import { describe, expect, it, vi } from 'vitest';
import { connectionLog } from './connection-log.ts';

function setUp() {
  const [warn, info] = [vi.fn(), vi.fn()];
  return { warn, info, connections: connectionLog({ ...silentLogger, warn, info }) };
}

describe('connectionLog', () => {
  it('says a reason once, and another one too, however often each comes', () => {
    const { warn, connections } = setUp();
    const [refused, silent] = [new Error('connect ECONNREFUSED'), new Error('Socket timeout')];
    for (const error of [refused, refused, silent, refused, silent]) connections.failed(error);
    expect(warn.mock.calls).toEqual([
      ['redis.connection_failed', { error: refused }],
      ['redis.connection_failed', { error: silent }],
    ]);
  });

  it('says when there is a connection again, and begins anew', () => {
    const { warn, info, connections } = setUp();
    connections.ready();
    expect(info).not.toHaveBeenCalled();
    for (let round = 0; round < 3; round += 1) connections.failed(new Error('connect ECONNREFUSED'));
    connections.ready();
    connections.ready();
    expect(info.mock.calls).toEqual([['redis.connection_recovered', { failures: 3 }]]);
    connections.failed(new Error('connect ECONNREFUSED'));
    expect(warn).toHaveBeenCalledTimes(2);
  });
});
