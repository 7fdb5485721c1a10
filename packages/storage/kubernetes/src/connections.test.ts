import { inspect } from 'node:util';
import { OstiaryError, silentLogger } from '@ostiary/primitives';
import { describe, expect, it, vi } from 'vitest';
import { Connections } from './connections.ts';
import type { ApiAnswer, ApiRequest } from './transport.ts';

const reader: ApiRequest = { method: 'GET', path: '/x' };
const writer: ApiRequest = { method: 'PUT', path: '/x', body: {} };
const fine: ApiAnswer = { status: 200, text: '{}' };
const busy: ApiAnswer = { status: 429, retryAfter: 2, text: '' };
const never = (): boolean => false;
const cut = (): Error => Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' });
const statusText = (code: number, reason: string, message: string): ApiAnswer => ({
  status: code,
  text: JSON.stringify({ kind: 'Status', reason, message, code }),
});

/** Connections whose server does this, one after the other, and then answers. */
function setUp(...answers: readonly (ApiAnswer | Error)[]) {
  const left = [...answers];
  const send = vi.fn(async (): Promise<ApiAnswer> => {
    const next = left.shift() ?? fine;
    if (next instanceof Error) throw next;
    return next;
  });
  const [renew, close, sleep, warn, info] = [vi.fn(), vi.fn(), vi.fn(), vi.fn(), vi.fn()];
  const transport = { send, renew, close };
  const log = { ...silentLogger, warn, info };
  const connections = new Connections({ transport, log, sleep });
  return { connections, send, renew, close, sleep, warn, info };
}

describe('connections', () => {
  it('ask a reader once more when its connection was cut, and a writer never', async () => {
    const read = setUp(cut());
    expect(await read.connections.send(reader)).toEqual(fine);
    expect(read.renew).toHaveBeenCalledOnce();
    const twice = setUp(cut(), cut());
    await expect(twice.connections.send(reader)).rejects.toMatchObject({ code: 'storage/unavailable' });
    const write = setUp(cut());
    await expect(write.connections.send(writer)).rejects.toMatchObject({ code: 'storage/unavailable' });
    expect(write.send).toHaveBeenCalledOnce();
  });

  it('ask nobody again who does not listen', async () => {
    const { connections, send } = setUp(Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }));
    await expect(connections.send(reader)).rejects.toMatchObject({ code: 'storage/unavailable' });
    expect(send).toHaveBeenCalledOnce();
  });

  it('wait for as long as a busy server says, also to write, while the time for an answer lasts', async () => {
    const { connections, send, sleep } = setUp(busy, busy);
    expect(await connections.send(writer)).toEqual(fine);
    expect(sleep.mock.calls).toEqual([[2_000], [2_000]]);
    expect(send).toHaveBeenCalledTimes(3);
    const long = setUp(busy, busy, busy);
    await expect(long.connections.call(() => long.connections.ask(reader, never))).rejects.toMatchObject({
      code: 'storage/unavailable',
      detail: { status: 429 },
    });
    expect(long.sleep).toHaveBeenCalledTimes(2);
    const atOnce = setUp({ ...busy, retryAfter: 0 });
    await atOnce.connections.send(reader);
    expect(atOnce.sleep.mock.calls).toEqual([[100]]);
    const tomorrow = setUp({ ...busy, retryAfter: 86_400 });
    expect((await tomorrow.connections.send(reader)).status).toBe(429);
    expect(tomorrow.sleep).not.toHaveBeenCalled();
  });

  it('say each refusal once, though readers are answered meanwhile', async () => {
    const forbidden = statusText(403, 'Forbidden', 'records is forbidden');
    const all = setUp(forbidden, fine, forbidden, fine, fine);
    for (const request of [writer, reader, writer, reader]) {
      await all.connections.ask(request, never).catch(() => undefined);
    }
    expect(all.warn).toHaveBeenCalledExactlyOnceWith('kubernetes.connection_failed', {
      error: expect.objectContaining({ message: '403 Forbidden (records is forbidden)' }),
    });
    await all.connections.ask(writer, never);
    expect(all.info).toHaveBeenCalledExactlyOnceWith('kubernetes.connection_recovered', { failures: 2 });
  });

  it('repeat no words of a refusal that quotes the object', async () => {
    const { connections, warn } = setUp(statusText(422, 'Invalid', 'Invalid value: "hush-hush"'));
    const error: unknown = await connections
      .call(() => connections.ask(writer, never))
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'storage/unavailable', detail: { status: 422, reason: 'Invalid' } });
    const told = inspect([error, warn.mock.calls], { depth: 9, showHidden: true });
    expect(told).not.toContain('hush');
  });

  it('read files anew when the server does not know who asks', async () => {
    const { connections, renew } = setUp(statusText(401, 'Unauthorized', 'Unauthorized'));
    await connections.send(reader);
    expect(renew).toHaveBeenCalledOnce();
  });

  it('take a file of the configuration that has gone for an outage', async () => {
    const { connections } = setUp(new OstiaryError('config/invalid', 'inCluster: no file token'));
    await expect(connections.call(() => connections.send(reader))).rejects.toMatchObject({
      code: 'storage/unavailable',
    });
  });

  it('close after the calls under way, which may ask more', async () => {
    const { connections, close } = setUp();
    const { promise, resolve } = Promise.withResolvers<void>();
    const call = connections.call(async () => {
      await promise;
      return connections.send(reader);
    });
    const closing = connections.close();
    await expect(connections.call(() => connections.send(reader))).rejects.toMatchObject({
      code: 'storage/unavailable',
    });
    resolve();
    expect(await call).toEqual(fine);
    await closing;
    await connections.close();
    expect(close).toHaveBeenCalledOnce();
  });
});
