import { type ClientHttp2Session, type ClientHttp2Stream, connect as connectHttp2, constants } from 'node:http2';
import { request } from 'node:https';
import { type AddressInfo, createConnection, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { type ConnectionOptions, connect as connectTls, type SecureVersion } from 'node:tls';
import { createClient } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import { describe, expect, it, vi } from 'vitest';
import { settle } from '../../test/fake-timers.ts';
import { makeAuthority } from '../../test/made-certificates.ts';
import { type OpenApi, openApi } from '../../test/open-api.ts';
import { Dex } from '../administration/api/api_pb.ts';
import { createHttp2, type Http2Options } from './http2.ts';

/** A connection that has answered a call, and its certificate. */
async function connected(api: OpenApi, authority = api.clients) {
  const session = connectHttp2(api.origin, { ca: api.authority.ca, ...(await authority.issue('portal')) });
  expect(await call(session)).toBe(200);
  return session;
}

/** The status of an answer, or `none`. */
function call(session: ClientHttp2Session, rpc = 'GetVersion'): Promise<number | 'none'> {
  session.on('error', () => {});
  const headers = { ':method': 'POST', ':path': `/api.Dex/${rpc}`, 'content-type': 'application/json' };
  return new Promise((resolve) => {
    let stream: ClientHttp2Stream;
    try {
      stream = session.request(headers);
    } catch {
      return resolve('none');
    }
    stream.on('response', (received) => resolve(received[':status'] ?? 'none'));
    stream.on('error', () => resolve('none')).on('close', () => resolve('none'));
    stream.resume().end('{}');
  });
}

/** The same of `ListClients`. */
function callWithHttp1({ port, authority: { ca } }: OpenApi): Promise<number | 'none'> {
  const headers = { 'content-type': 'application/json' };
  return new Promise((resolve) => {
    const options = { host: '127.0.0.1', port, ca, path: '/api.Dex/ListClients', method: 'POST', headers };
    const sent = request(options, (answer) => resolve(answer.resume().statusCode ?? 'none'));
    sent.on('error', () => resolve('none')).end('{}');
  });
}

/** What was agreed on, or the code of the refusal. */
async function handshake(api: OpenApi, options: ConnectionOptions): Promise<string | null> {
  const certificate = await api.clients.issue('portal');
  return new Promise((resolve) => {
    const socket = connectTls(
      { host: '127.0.0.1', port: api.port, ca: api.authority.ca, ...certificate, ...options },
      () => {
        resolve(socket.getProtocol());
        socket.destroy();
      },
    );
    socket.on('error', ({ code, message }: NodeJS.ErrnoException) => resolve(code ?? message));
  });
}

const closedLine = ({ lines }: OpenApi) => lines.find(({ event }) => event === 'listener.closed');

describe('an HTTP/2 listener with new files', () => {
  it('keeps to its versions of TLS', async () => {
    const old: ConnectionOptions = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' };
    const refused = /ALERT|VERSION|HANDSHAKE|RESET|PROTOCOL/;
    for (const [minVersion, twelve] of [
      ['TLSv1.2', /^TLSv1\.2$/],
      ['TLSv1.3', refused],
    ] satisfies [SecureVersion, RegExp][]) {
      await using api = await openApi({ minVersion });
      for (const _time of ['before', 'after']) {
        expect(await handshake(api, old)).toMatch(refused);
        expect(await handshake(api, { maxVersion: 'TLSv1.2' })).toMatch(twelve);
        expect(await handshake(api, {})).toBe('TLSv1.3');
        await api.renew();
        await api.listener.reload();
      }
      expect(api.lines.filter(({ event }) => event === 'tls.reloaded')).toHaveLength(2);
    }
  });

  it('still wants certificates, and those of the new authority alone, on connections that are open too', async () => {
    await using api = await openApi();
    const before = await connected(api);
    const next = await makeAuthority('Next');
    await api.trust(next);
    await api.listener.reload();
    await vi.waitFor(() => expect(before.closed).toBe(true));
    await expect(connected(api)).rejects.toThrow();
    const nobody = connectHttp2(api.origin, { ca: api.authority.ca });
    expect(await call(nobody)).toBe('none');
    (await connected(api, next)).destroy();
  });

  it('sees a new authority by itself, wherever its file is', async () => {
    await using api = await openApi();
    const next = await makeAuthority('Next');
    await api.trust(next);
    await vi.waitFor(async () => {
      await api.timers.advance(200); // less than the minute after which it looks anyway
      expect(api.lines.some(({ event }) => event === 'tls.reloaded')).toBe(true);
    });
    (await connected(api, next)).destroy();
  });

  it('lets a call finish that began under the old ones', async () => {
    await using api = await openApi();
    const session = await connected(api);
    const { promise: letGo, resolve: answer } = Promise.withResolvers<readonly never[]>();
    const list = vi.spyOn(api.administration.clients, 'list').mockReturnValue(letGo);
    const status = call(session, 'ListClients');
    await vi.waitFor(() => expect(list).toHaveBeenCalled());
    await api.renew();
    await api.listener.reload();
    answer([]);
    expect(await status).toBe(200);
    await vi.waitFor(() => expect(session.destroyed).toBe(true));
  });

  it('does not wait for ever for a call that is held back, nor for a handshake', async () => {
    await using api = await openApi();
    const session = await connected(api);
    const headers = { ':method': 'POST', ':path': '/api.Dex/CreateClient', 'content-type': 'application/json' };
    const held = session.request(headers);
    held.on('error', () => {}).write('{"client":');
    const silent = createConnection(api.port, '127.0.0.1');
    const cut = Promise.withResolvers<void>();
    silent.on('close', () => cut.resolve());
    await connected(api);
    const next = await makeAuthority('Next');
    await api.trust(next);
    await api.listener.reload();
    const after = await connected(api, next);
    await api.timers.advance(29_000);
    await settle();
    expect([held.closed, silent.destroyed]).toEqual([false, false]);
    await api.timers.advance(1000);
    await vi.waitFor(() => expect(held.closed).toBe(true));
    await cut.promise;
    expect(await api.administration.clients.list()).toEqual([]);
    expect(await call(after)).toBe(200);
    after.destroy();
  });

  it('keeps the authority it has when the file holds none', async () => {
    await using api = await openApi();
    for (const ca of ['', 'no certificate', (await makeAuthority()).ca.slice(0, 200)]) {
      await api.trust({ ...api.clients, ca });
      await api.listener.reload();
      (await connected(api)).destroy();
    }
    const failed = api.lines.filter(({ event }) => event === 'tls.reload_failed');
    expect(failed).toHaveLength(3);
    for (const { error } of failed) expect(String(error)).toContain('grpc.tlsClientCA: ');
  });
});

describe('an HTTP/2 listener that is closed', () => {
  it('does not wait for a channel of gRPC that is kept open', async () => {
    await using api = await openApi({ tls: 'none' });
    const client = createClient(Dex, createGrpcTransport({ baseUrl: api.origin }));
    await client.getVersion({});
    const closing = api.listener.close('connected');
    await settle();
    await api.timers.advance(1000); // the farewell
    await closing;
    expect(closedLine(api)).toMatchObject({ requests: 'finished' });
    await expect(client.getVersion({})).rejects.toThrow();
  });

  it('does not wait for connections that say nothing, or whose other end is frozen', async () => {
    await using api = await openApi({ tls: 'none' });
    const silent = createConnection(api.port, '127.0.0.1');
    const frozen = createConnection({ port: api.port, host: '127.0.0.1', allowHalfOpen: true });
    const session = connectHttp2(api.origin, { createConnection: () => passingOn(frozen) });
    expect(await call(session)).toBe(200);
    const closing = api.listener.close('connected');
    await settle();
    await api.timers.advance(1000); // the farewell
    await settle();
    await api.timers.advance(1000); // to those that may have something on the way
    await closing;
    expect(closedLine(api)).toMatchObject({ requests: 'finished' });
    silent.destroy();
    frozen.destroy();
    session.destroy();
  });

  it('does not wait for a handshake that was never begun', async () => {
    await using api = await openApi();
    const silent = createConnection(api.port, '127.0.0.1');
    (await connected(api)).destroy();
    const closing = api.listener.close('connected');
    await settle();
    await api.timers.advance(1000);
    await settle();
    await api.timers.advance(1000);
    await closing;
    expect(closedLine(api)).toMatchObject({ requests: 'finished' });
    silent.destroy();
  });

  it.each([
    ['HTTP/2 in the clear', 'none', connectHttp2],
    ['HTTP/2 over TLS', 'server', connectHttp2],
    ['HTTP/1.1 over TLS', 'server', undefined],
  ] as const)('finishes a call under way, or cuts it after the limit: %s', async (_what, tls, connect) => {
    for (const requests of ['finished', 'cut']) {
      await using api = await openApi({ tls, drainMs: 5000 });
      const { promise: letGo, resolve: answer } = Promise.withResolvers<readonly never[]>();
      const list = vi.spyOn(api.administration.clients, 'list').mockReturnValue(letGo);
      const status =
        connect === undefined ? callWithHttp1(api) : call(connect(api.origin, api.authority), 'ListClients');
      await vi.waitFor(() => expect(list).toHaveBeenCalled());
      const closing = api.listener.close('everybody');
      await settle();
      await api.timers.advance(1000); // the farewell
      await settle();
      await api.timers.advance(1000); // to connections on which nothing was begun
      await settle();
      if (requests === 'finished') answer([]);
      else await api.timers.advance(3000);
      expect(await status).toBe(requests === 'finished' ? 200 : 'none');
      await vi.waitFor(async () => {
        await api.timers.advance(50);
        expect(closedLine(api)).toMatchObject({ requests });
      });
      await closing;
    }
  });
});

describe('an HTTP/2 server', () => {
  /** On a free port, with limits that a test can wait for. */
  async function open(limits: Pick<Http2Options, 'idleMs' | 'stalledMs'>, handler: Http2Options['handler']) {
    const { server, drainable } = createHttp2({ handler, onRefused: () => {}, ...limits });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo; // a server on a TCP port has no other kind of address
    const session = connectHttp2(`http://127.0.0.1:${port}`);
    const close = () => {
      drainable.closeAllConnections();
      return new Promise<void>((resolve) => drainable.close(() => resolve()));
    };
    return { session, [Symbol.asyncDispose]: close };
  }

  it('lets a connection go on which nothing happens, says so, and answers first what takes long', async () => {
    const { promise: saidSo, resolve: sayIt } = Promise.withResolvers<unknown>();
    await using opened = await open({ idleMs: 50 }, (_request, response) => {
      void saidSo.then(() => response.end());
    });
    opened.session.on('goaway', sayIt);
    expect(await call(opened.session)).toBe(200);
    expect(await saidSo).toBe(constants.NGHTTP2_NO_ERROR);
    await vi.waitFor(() => expect(opened.session.destroyed).toBe(true));
  });

  it('gives up a request that does not get on', async () => {
    await using opened = await open({ stalledMs: 50 }, () => {});
    const stream = opened.session.request({ ':method': 'POST' });
    stream.write('a part');
    await new Promise((resolve) => stream.on('error', resolve).on('close', resolve));
    expect(stream.rstCode).toBe(constants.NGHTTP2_CANCEL);
  });
});

/** What is written goes to the socket, and what comes from it is answered, but not that it has ended. */
function passingOn(socket: Socket): Duplex {
  const duplex = new Duplex({
    read: () => {},
    write: (chunk, _encoding, done) => void socket.write(chunk, done),
    final: (done) => done(),
  });
  socket.on('data', (chunk) => duplex.push(chunk));
  return duplex;
}
