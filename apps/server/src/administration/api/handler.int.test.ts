import { connect as connectHttp2 } from 'node:http2';
import { Agent, request as requestHttps } from 'node:https';
import { connect as connectTls } from 'node:tls';
import { Code, ConnectError, createClient } from '@connectrpc/connect';
import { createConnectTransport, createGrpcTransport, createGrpcWebTransport } from '@connectrpc/connect-node';
import { describe, expect, it, vi } from 'vitest';
import { type MadeCertificate, makeAuthority } from '../../../test/made-certificates.ts';
import { type OpenApi, openApi } from '../../../test/open-api.ts';
import { Dex } from './api_pb.ts';

/** A client of gRPC, with the certificate or without one. */
function grpc({ origin, authority }: OpenApi, certificate?: MadeCertificate) {
  return createClient(Dex, createGrpcTransport({ baseUrl: origin, nodeOptions: { ca: authority.ca, ...certificate } }));
}

/** What becomes of a call: `done`, or the code. */
const fate = (answer: Promise<unknown>): Promise<string> =>
  answer.then(
    () => 'done',
    (error: unknown) => (error instanceof ConnectError ? (Code[error.code] ?? '') : String(error)),
  );

/** A call with JSON over HTTP/1.1, as curl makes it. */
function post(api: OpenApi, certificate: MadeCertificate, { path = '/api.Dex/GetVersion', body = '{}' } = {}) {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: string; connection?: string }>();
  const headers = { 'content-type': 'application/json' };
  const options = {
    host: '127.0.0.1',
    port: api.port,
    path,
    ca: api.authority.ca,
    ...certificate,
    method: 'POST',
    headers,
  };
  const sent = requestHttps({ ...options, agent: new Agent({ keepAlive: true }) }, (answer) => {
    let text = '';
    answer.on('data', (chunk) => {
      text += chunk;
    });
    const { statusCode: status = 0, headers: received } = answer;
    answer.on('end', () => resolve({ status, body: text, connection: String(received.connection) }));
  });
  sent.on('error', reject).end(body);
  return promise;
}

const refusals = ({ lines }: OpenApi) => lines.filter(({ event }) => event === 'admin.refused');

describe('the API', () => {
  it('is spoken with gRPC, gRPC-Web and JSON, and the log says who calls', async () => {
    await using api = await openApi();
    const certificate = await api.clients.issue('portal');
    const nodeOptions = { ca: api.authority.ca, ...certificate };
    const over = { baseUrl: api.origin, nodeOptions };
    const transports = [
      createGrpcTransport(over),
      createGrpcWebTransport({ ...over, httpVersion: '2' }),
      createGrpcWebTransport({ ...over, httpVersion: '1.1' }),
      createConnectTransport({ ...over, httpVersion: '2' }),
      createConnectTransport({ ...over, httpVersion: '1.1', useBinaryFormat: false }),
    ];
    for (const [index, transport] of transports.entries()) {
      const created = await createClient(Dex, transport).createClient({ client: { id: `app-${index}` } });
      expect(created.client?.secret).toBe('made-up-secret');
    }
    const told = api.lines.filter(({ event }) => event === 'admin.client_created');
    expect(told).toHaveLength(transports.length);
    const caller = expect.stringMatching(/^portal \((?:[0-9A-F]{2}:){7}[0-9A-F]{2}\)$/);
    for (const line of told) expect(line).toMatchObject({ caller, requestId: expect.stringMatching(/^request-\d$/) });
  });

  it('takes JSON over HTTP/1.1, one call a connection, and says which key it does not know', async () => {
    await using api = await openApi();
    const portal = await api.clients.issue('portal');
    expect(await post(api, portal)).toEqual({ status: 200, body: '{"server":"1.2.3","api":3}', connection: 'close' });
    const path = '/api.Dex/CreateClient';
    const { status, body } = await post(api, portal, { path, body: '{"client":{"id":"a","redirect_uri":["x"]}}' });
    expect(status).toBe(400);
    expect(JSON.parse(body)).toMatchObject({
      code: 'invalid_argument',
      message: expect.stringContaining('redirect_uri'),
    });
    expect(await post(api, portal, { path, body: '{"client":{"id":"a","redirect_uris":["x"]}}' })).toMatchObject({
      status: 200,
    });
  });

  it('is in the clear on request, with HTTP/2 alone', async () => {
    await using api = await openApi({ tls: 'none' });
    await grpc(api).createClient({ client: { id: 'app' } });
    expect(api.lines.at(-1)).toMatchObject({ event: 'admin.client_created', caller: 'loopback' });
    await expect(fetch(`${api.origin}/api.Dex/GetVersion`, { method: 'POST', body: '{}' })).rejects.toThrow();
  });

  it('asks nobody for a certificate who is told of none', async () => {
    await using api = await openApi({ tls: 'server' });
    await grpc(api).createClient({ client: { id: 'app' } });
    expect(api.lines.at(-1)).toMatchObject({ event: 'admin.client_created', caller: 'loopback' });
  });
});

describe('who has no certificate that counts', () => {
  const yesterday = () => ({
    notBefore: new Date(Date.now() - 90_000_000),
    notAfter: new Date(Date.now() - 80_000_000),
  });

  it.each<readonly [string, string, (api: OpenApi) => Promise<MadeCertificate | undefined>]>([
    ['none', 'ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE', async () => undefined],
    [
      'one of another authority',
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      async () => (await makeAuthority()).issue('portal'),
    ],
    [
      'one of an authority of the same name',
      'CERT_SIGNATURE_FAILURE',
      async () => (await makeAuthority('Clients')).issue('x'),
    ],
    ['one that has expired', 'CERT_HAS_EXPIRED', (api) => api.clients.issue('portal', yesterday())],
  ])('gets no answer, and the log says why: %s', async (_what, reason, make) => {
    await using api = await openApi();
    expect(await fate(grpc(api, await make(api)).getVersion({}))).not.toBe('done');
    await vi.waitFor(() => expect(refusals(api)).toMatchObject([{ level: 'warn', reason }]));
    expect(await fate(grpc(api, await api.clients.issue('portal')).getVersion({}))).toBe('done');
  });

  it('is told so when it expires while the connection is open', async () => {
    let now = new Date();
    await using api = await openApi({ now: () => now });
    const client = grpc(api, await api.clients.issue('portal'));
    expect(await fate(client.listClients({}))).toBe('done');
    now = new Date(Date.now() + 3_600_001);
    expect(await fate(client.createClient({ client: { id: 'app' } }))).toBe('Unauthenticated');
    expect(refusals(api)).toMatchObject([{ rpc: 'CreateClient', code: 'Unauthenticated' }]);
    expect(await api.administration.clients.list()).toEqual([]);
  });

  it('is told so when it expires while a call is on its way', async () => {
    let now = new Date();
    await using api = await openApi({ now: () => now });
    const session = connectHttp2(api.origin, { ca: api.authority.ca, ...(await api.clients.issue('portal')) });
    const headers = { ':method': 'POST', ':path': '/api.Dex/CreateClient', 'content-type': 'application/json' };
    const held = session.request(headers);
    const { promise: status, resolve } = Promise.withResolvers<unknown>();
    held.on('response', (received) => resolve(received[':status'])).resume();
    held.write('{"client":');
    await fate(grpc(api, await api.clients.issue('portal')).getVersion({}));
    now = new Date(Date.now() + 3_600_001);
    held.end('{"id":"app"}}');
    expect(await status).toBe(401);
    expect(await api.administration.clients.list()).toEqual([]);
    session.destroy();
  });

  it('is not let in with what an earlier connection has shown', async () => {
    await using api = await openApi();
    const options = { host: '127.0.0.1', port: api.port, ca: api.authority.ca, ALPNProtocols: ['h2'] };
    const certificate = await api.clients.issue('portal');
    const first = connectTls({ ...options, ...certificate });
    const sessions: Buffer[] = [];
    first.on('session', (session) => sessions.push(session));
    await vi.waitFor(() => expect(sessions.length).toBeGreaterThan(0));
    first.destroy();
    const { promise, resolve } = Promise.withResolvers<string>();
    const second = connectTls({ ...options, ...certificate, session: sessions.at(-1) }, () => {
      resolve(second.isSessionReused() ? 'resumed' : 'shown again');
      second.destroy();
    });
    expect(await promise).toBe('shown again');
  });
});

describe('a call that is none', () => {
  it('is refused when it is larger than a megabyte', async () => {
    await using api = await openApi({ tls: 'none' });
    const uris = Array.from({ length: 60_000 }, (_, index) => `https://app.example/${index}`);
    expect(await fate(grpc(api).createClient({ client: { redirectUris: uris } }))).toBe('ResourceExhausted');
    await vi.waitFor(() =>
      expect(refusals(api)).toMatchObject([{ rpc: 'CreateClient', reason: 'no message that can be read' }]),
    );
    expect(await fate(grpc(api).getVersion({}))).toBe('done');
  });

  it('is told of when it ends before its message does, and does nothing', async () => {
    await using api = await openApi({ tls: 'none' });
    const session = connectHttp2(api.origin);
    const headers = {
      ':method': 'POST',
      ':path': '/api.Dex/CreateClient',
      'content-type': 'application/grpc',
      te: 'trailers',
    };
    const stream = session.request(headers).on('error', () => {});
    stream.write(Buffer.from([0, 0, 0, 0, 9, 1, 2]));
    await vi.waitFor(() => expect(session.state.outboundQueueSize).toBe(0));
    await grpc(api).getVersion({});
    session.destroy();
    await vi.waitFor(() => expect(refusals(api)).toMatchObject([{ rpc: 'CreateClient' }]));
    expect(await api.administration.clients.list()).toEqual([]);
  });

  it('is told of with the beginning of its name', async () => {
    await using api = await openApi({ tls: 'none' });
    const session = connectHttp2(api.origin);
    session
      .request({ ':method': 'POST', ':path': `/${'a'.repeat(5000)}` })
      .resume()
      .end();
    await vi.waitFor(() => expect(refusals(api)).toMatchObject([{ rpc: `/${'a'.repeat(199)}` }]));
    session.destroy();
  });

  it.each([
    ['a host name that is none', { ':authority': 'a:99999', ':path': '/api.Dex/GetVersion' }, 400],
    ['a path that no call has', { ':path': '/grpc.health.v1.Health/Check' }, 404],
    ['GET', { ':path': '/api.Dex/GetVersion', ':method': 'GET', 'content-type': 'application/json' }, 405],
    ['a form, as pages in browsers send it', { ':path': '/api.Dex/GetVersion', 'content-type': 'text/plain' }, 415],
  ])('gets an answer: %s', async (_what, headers, status) => {
    await using api = await openApi({ tls: 'none' });
    const session = connectHttp2(api.origin);
    const { promise, resolve } = Promise.withResolvers<unknown>();
    const sent = { ':method': 'POST', 'content-type': 'application/grpc', ...headers };
    session
      .request(sent)
      .on('response', (received) => resolve(received[':status']))
      .resume()
      .end();
    expect(await promise).toBe(status);
    session.destroy();
    await vi.waitFor(() => expect(refusals(api)).toHaveLength(1));
    expect(await fate(grpc(api).getVersion({}))).toBe('done');
  });
});
