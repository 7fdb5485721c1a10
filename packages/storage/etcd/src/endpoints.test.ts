import { silentLogger } from '@ostiary/primitives';
import { describe, expect, it, vi } from 'vitest';
import type { GatewayRequest } from './endpoint.ts';
import { Endpoints } from './endpoints.ts';
import { NotConnected } from './etcd-error.ts';
import type { GatewayAnswer } from './gateway-status.ts';

const reader: GatewayRequest = { path: '/r', isReader: true };
const writer: GatewayRequest = { path: '/w', isReader: false };
const fine: GatewayAnswer = { status: 200, text: '{}' };
const noLeader: GatewayAnswer = { status: 503, text: '{}' };
const lost = { code: 'storage/unavailable' };
const cut = (): Error => Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' });
const refused = (): Error => new NotConnected(new Error('connect ECONNREFUSED'));
const never = new AbortController().signal;

/** Does this one after the other, and answers then. */
function memberOf(name: string, ...script: readonly (GatewayAnswer | Error | 'silence')[]) {
  const left = [...script];
  const send = vi.fn(async (_: GatewayRequest, signal: AbortSignal): Promise<GatewayAnswer> => {
    const next = left.shift() ?? fine;
    if (next instanceof Error) throw next;
    if (next !== 'silence') return next;
    const { promise, reject } = Promise.withResolvers<never>();
    signal.addEventListener('abort', () => reject(signal.reason));
    return promise;
  });
  return { host: name, send, renew: vi.fn(), close: vi.fn() };
}

function setUp(...members: ReturnType<typeof memberOf>[]) {
  const [warn, info] = [vi.fn(), vi.fn()];
  return { endpoints: new Endpoints(members, { ...silentLogger, warn, info }), warn, info };
}

describe('one endpoint', () => {
  it('is asked once more by a reader whose connection was cut, on a new one, and never by a writer', async () => {
    const one = memberOf('a', cut());
    expect(await setUp(one).endpoints.send(reader, never)).toEqual(fine);
    expect(one.renew).toHaveBeenCalledOnce();
    await expect(setUp(memberOf('a', cut(), cut())).endpoints.send(reader, never)).rejects.toMatchObject(lost);
    const other = memberOf('a', cut());
    await expect(setUp(other).endpoints.send(writer, never)).rejects.toMatchObject(lost);
    expect(other.send).toHaveBeenCalledOnce();
  });

  it('is not asked again when it does not listen, or has no leader', async () => {
    const one = memberOf('a', refused(), noLeader);
    const { endpoints } = setUp(one);
    await expect(endpoints.send(reader, never)).rejects.toMatchObject(lost);
    expect(one.send).toHaveBeenCalledOnce();
    expect(await endpoints.send(reader, never)).toEqual(noLeader);
  });

  it('is said once to fail, for each reason, and once to work again', async () => {
    const { endpoints, warn, info } = setUp(memberOf('etcd-1:2379', refused(), refused(), cut()));
    for (let round = 0; round < 3; round += 1) await endpoints.send(writer, never).catch(() => undefined);
    expect(warn.mock.calls.map(([event, { error }]) => `${event}: ${error.message}`)).toEqual([
      'etcd.connection_failed: connect ECONNREFUSED (etcd-1:2379)',
      'etcd.connection_failed: other side closed (etcd-1:2379)',
    ]);
    await endpoints.send(reader, never);
    expect(info).toHaveBeenCalledExactlyOnceWith('etcd.connection_recovered', { failures: 3 });
  });

  it('that gives no answer is waited for as long as the signal lasts', async () => {
    const { endpoints, warn } = setUp(memberOf('a', 'silence'));
    const controller = new AbortController();
    const asked = endpoints.send(reader, controller.signal);
    controller.abort(new DOMException('x', 'TimeoutError'));
    await expect(asked).rejects.toMatchObject(lost);
    expect(warn).toHaveBeenCalledWith('etcd.connection_failed', {
      error: expect.objectContaining({ message: 'no answer in time from a' }),
    });
  });
});

describe('several endpoints', () => {
  it('are asked in turn by who was not connected, a writer included, and the one that works is kept', async () => {
    const [one, two, three] = [memberOf('a', refused()), memberOf('b', refused()), memberOf('c')];
    const { endpoints } = setUp(one, two, three);
    expect(await endpoints.send(writer, never)).toEqual(fine);
    await endpoints.send(writer, never);
    expect([one, two, three].map(({ send }) => send.mock.calls.length)).toEqual([1, 1, 2]);
  });

  it('get no write twice: not after a cut, and not after what may be a late no', async () => {
    const [one, two] = [memberOf('a', cut()), memberOf('b', noLeader)];
    const { endpoints } = setUp(one, two);
    await expect(endpoints.send(writer, never)).rejects.toMatchObject(lost);
    expect(two.send).not.toHaveBeenCalled();
    expect(await endpoints.send(writer, never)).toEqual(noLeader);
    expect(one.send).toHaveBeenCalledOnce();
    expect(await endpoints.send(writer, never)).toEqual(fine);
    expect(one.send).toHaveBeenCalledTimes(2);
  });

  it('are passed over by a reader that is cut off, or finds no leader, until all were asked', async () => {
    const { endpoints } = setUp(memberOf('a', cut()), memberOf('b', noLeader), memberOf('c'));
    expect(await endpoints.send(reader, never)).toEqual(fine);
    const none = setUp(memberOf('a', cut()), memberOf('b', cut()), memberOf('c', cut()));
    await expect(none.endpoints.send(reader, never)).rejects.toMatchObject(lost);
  });

  it('are not all waited for by a reader: one that is silent is passed over', async () => {
    const timeout = vi
      .spyOn(AbortSignal, 'timeout')
      .mockReturnValue(AbortSignal.abort(new DOMException('x', 'TimeoutError')));
    const silent = memberOf('a');
    silent.send.mockImplementationOnce(async (_, signal) => {
      signal.throwIfAborted();
      return fine;
    });
    expect(await setUp(silent, memberOf('b')).endpoints.send(reader, never)).toEqual(fine);
    expect(timeout).toHaveBeenCalledExactlyOnceWith(2_000);
    timeout.mockRestore();
  });
});
