import { describe, expect, it, vi } from 'vitest';
import { connectionLog } from './connection-log.ts';

function setUp() {
  const [failed, recovered] = [vi.fn(), vi.fn()];
  return { failed, recovered, connections: connectionLog({ failed, recovered }) };
}

describe('connectionLog', () => {
  it('lets through a reason once, and another one too, however often each comes', () => {
    const { failed, connections } = setUp();
    const [refused, silent] = [new Error('connect ECONNREFUSED'), new Error('Socket timeout')];
    for (const error of [refused, refused, silent, refused, silent]) connections.failed(error);
    expect(failed.mock.calls).toEqual([[refused], [silent]]);
  });

  it('says when it works again, and begins anew', () => {
    const { failed, recovered, connections } = setUp();
    connections.works();
    expect(recovered).not.toHaveBeenCalled();
    for (let round = 0; round < 3; round += 1) connections.failed(new Error('connect ECONNREFUSED'));
    connections.works();
    connections.works();
    expect(recovered.mock.calls).toEqual([[3]]);
    connections.failed(new Error('connect ECONNREFUSED'));
    expect(failed).toHaveBeenCalledTimes(2);
  });
});
