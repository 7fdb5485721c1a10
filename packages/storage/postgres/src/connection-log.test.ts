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
    const [refused, silent] = [new Error('connect ECONNREFUSED'), new Error('Query read timeout')];
    for (const error of [refused, refused, silent, refused, silent]) connections.failed(error);
    expect(warn.mock.calls).toEqual([
      ['postgres.connection_failed', { error: refused }],
      ['postgres.connection_failed', { error: silent }],
    ]);
  });

  it('says when there is an answer again, and begins anew', () => {
    const { warn, info, connections } = setUp();
    connections.answered();
    expect(info).not.toHaveBeenCalled();
    for (let round = 0; round < 3; round += 1) connections.failed(new Error('connect ECONNREFUSED'));
    connections.answered();
    connections.answered();
    expect(info.mock.calls).toEqual([['postgres.connection_recovered', { failures: 3 }]]);
    connections.failed(new Error('connect ECONNREFUSED'));
    expect(warn).toHaveBeenCalledTimes(2);
  });
});
