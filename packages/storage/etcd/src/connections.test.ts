import { inspect } from 'node:util';
import { OstiaryError, Secret, silentLogger } from '@ostiary/primitives';
import { describe, expect, it, vi } from 'vitest';
import { Connections } from './connections.ts';
import type { GatewayRequest } from './endpoint.ts';
import { unavailable } from './etcd-error.ts';
import type { GatewayAnswer } from './gateway-status.ts';

const reader: GatewayRequest = { path: '/v3/kv/range', body: {}, isReader: true };
const writer: GatewayRequest = { path: '/v3/kv/txn', body: {}, isReader: false };
const header = { revision: '1' };
const answer = (status: number, body: object): GatewayAnswer => ({ status, text: JSON.stringify(body) });
const fine = answer(200, { header });
const full = answer(429, { message: 'etcdserver: mvcc: database space exceeded' });
const ended = answer(401, { message: 'etcdserver: invalid auth token' });

/** Connections to an etcd that gives token after token, and does this with requests, one after the other. */
function setUp(username?: string, ...answers: readonly GatewayAnswer[]) {
  const left = [...answers];
  let tokens = 0;
  const send = vi.fn(async ({ path }: GatewayRequest): Promise<GatewayAnswer> => {
    if (path !== '/v3/auth/authenticate') return left.shift() ?? fine;
    tokens += 1;
    return answer(200, { header, token: `t${tokens}` });
  });
  const [warn, info, close] = [vi.fn(), vi.fn(), vi.fn()];
  const credentials = username === undefined ? {} : { username, password: new Secret('pa55') };
  const log = { ...silentLogger, warn, info };
  const connections = new Connections({ endpoints: { send, close }, credentials, log });
  const sent = (): readonly string[] =>
    send.mock.calls.map(([{ path, token = '' }]) => `${path.split('/').at(-1)} ${token}`);
  return { connections, send, sent, warn, info, close };
}

describe('connections', () => {
  it('ask for one token, however many wait for it, and for none where nobody logs in', async () => {
    const { connections, sent, send } = setUp('dex');
    await Promise.all([connections.ask(reader), connections.ask(reader)]);
    expect(sent()).toEqual(['authenticate ', 'range t1', 'range t1']);
    expect(send.mock.calls[0]?.[0].body).toEqual({ name: 'dex', password: 'pa55' });
    const nobody = setUp();
    await nobody.connections.ask(reader);
    expect(nobody.sent()).toEqual(['range ']);
  });

  it('renew a token that has ended, once for all who hear of it, and send the request again: it was not carried out', async () => {
    const { connections, sent } = setUp('dex', fine, ended, ended);
    await connections.ask(reader);
    await Promise.all([connections.ask(writer), connections.ask(writer)]);
    expect(sent().filter((line) => line.startsWith('authenticate'))).toHaveLength(2);
    expect(sent().slice(-2)).toEqual(['txn t2', 'txn t2']);
  });

  it('refuse what is refused again with a new token', async () => {
    const { connections, sent } = setUp('dex', ended, ended);
    await expect(connections.ask(reader)).rejects.toThrow('etcdserver: invalid auth token');
    expect(sent()).toHaveLength(4);
  });

  it('ask for a token again after there was none to be had, and tell no password', async () => {
    const { connections, send, warn } = setUp('dex');
    send.mockResolvedValueOnce(
      answer(400, { message: 'etcdserver: authentication failed, invalid user ID or password' }),
    );
    const error: unknown = await connections.call(() => connections.ask(reader)).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'storage/unavailable', detail: { status: 400 } });
    expect(inspect([error, warn.mock.calls], { depth: 9, showHidden: true })).not.toContain('pa55');
    await connections.ask(reader);
  });

  it('say a refusal of writes once, though readers are answered meanwhile', async () => {
    const { connections, warn, info } = setUp(undefined, full, fine, full, fine, fine);
    for (const request of [writer, reader, writer, reader]) await connections.ask(request).catch(() => undefined);
    expect(warn).toHaveBeenCalledExactlyOnceWith('etcd.connection_failed', {
      error: expect.objectContaining({ message: 'etcdserver: mvcc: database space exceeded' }),
    });
    await connections.ask(writer);
    expect(info).toHaveBeenCalledExactlyOnceWith('etcd.connection_recovered', { failures: 2 });
  });

  it('take what is no answer of etcd, and a file that has gone, for an outage', async () => {
    const { connections, send } = setUp(undefined, { status: 200, text: '<html>' });
    const call = (): Promise<unknown> => connections.call(() => connections.ask(reader));
    await expect(call()).rejects.toMatchObject({
      code: 'storage/unavailable',
      detail: { status: 200, reason: 'the answer is not one of etcd' },
    });
    send.mockRejectedValueOnce(new OstiaryError('config/invalid', 'ssl.caFile: the file cannot be read.'));
    await expect(call()).rejects.toMatchObject({ code: 'storage/unavailable' });
    send.mockRejectedValueOnce(unavailable(new Error('x')));
    await expect(call()).rejects.toMatchObject({ code: 'storage/unavailable' });
  });

  it('close after the calls under way, and once', async () => {
    const { connections, close } = setUp();
    await connections.close();
    await connections.close();
    expect(close).toHaveBeenCalledOnce();
    await expect(connections.call(async () => 1)).rejects.toMatchObject({ code: 'storage/unavailable' });
  });
});
