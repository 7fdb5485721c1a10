import { createConnection } from 'node:net';
import type { Endpoint, Reply } from '@ostiary/issuer';
import type { Logger } from '@ostiary/primitives';
import { describe, expect, it } from 'vitest';
import { endpoint, hostOptions, ok } from '../../test/fake-issuer.ts';
import { listen } from '../../test/listen.ts';
import { ask, type Sent } from '../../test/request.ts';
import { createHost, type HostOptions } from './host.ts';

async function askHost(one: Endpoint, sent: Sent = {}, more: Partial<Omit<HostOptions, 'id'>> = {}) {
  const options = hostOptions([one], more);
  await using host = await listen(() => createHost(options));
  const answer = await ask(host.origin, `/dex${one.path}`, sent);
  return { ...answer, lines: options.lines, requests: options.requests };
}

describe('every request', () => {
  it('has an id in its answer, in its line and in what its endpoint logs', async () => {
    const one = endpoint('/token', (request) => {
      request.log.info('token.issued', { client: 'app' });
      return { ...ok, body: JSON.stringify(request.requestId) };
    });
    const { headers, body, lines } = await askHost(one);
    expect(headers['x-request-id']).toBe('request-1');
    expect(body).toBe('"request-1"');
    expect(lines.map(({ event, requestId }) => [event, requestId])).toEqual([
      ['token.issued', 'request-1'],
      ['http.request', 'request-1'],
    ]);
  });

  it('reaches its endpoint with its method, its headers, and the address of the person behind trusted proxies', async () => {
    const seen: unknown[] = [];
    const one = endpoint(
      '/token',
      ({ method, clientAddress, headers }) => {
        const names = ['X-Roles', 'X-Absent', 'toString'];
        seen.push(method, clientAddress, ...names.map((name) => [headers.get(name), headers.has(name)]));
        return ok;
      },
      { methods: ['GET', 'POST'] },
    );
    const trustedProxies = { header: 'X-Forwarded-For', networks: ['127.0.0.0/8'] };
    const headers = { 'x-forwarded-for': '198.51.100.1, 203.0.113.7', 'x-roles': ['a', 'b'] };
    await askHost(one, { method: 'POST', headers }, { trustedProxies });
    await askHost(one);
    expect(seen).toEqual([
      ...['POST', '203.0.113.7', ['a, b', true], [null, false], [null, false]],
      ...['GET', '127.0.0.1', [null, false], [null, false], [null, false]],
    ]);
  });

  it.each([
    ['abc-123.x:y_z', 'abc-123.x:y_z'],
    ['x'.repeat(129), undefined],
    ['two words', undefined],
    ['a"},{"level":"ERROR', undefined],
    ['', undefined],
  ])('that brings the id %j has an own one; theirs is only noted, if it looks like one', async (inbound, noted) => {
    const { headers, lines } = await askHost(
      endpoint('/auth', () => ok),
      { headers: { 'x-request-id': inbound } },
    );
    expect(headers['x-request-id']).toBe('request-1');
    expect(lines[0]?.inboundRequestId).toBe(noted);
  });

  it('is one line and one count, by the template of its route', async () => {
    const options = hostOptions([endpoint('/auth/:connector', () => ({ ...ok, status: 201 }))]);
    await using host = await listen(() => createHost(options));
    await ask(host.origin, '/dex/auth/ldap?state=secret', {
      headers: { authorization: 'Basic secret', cookie: 'a=secret' },
    });
    const route = '/auth/{connector}';
    expect(options.lines).toEqual([
      {
        level: 'info',
        event: 'http.request',
        ...{
          requestId: 'request-1',
          method: 'GET',
          route,
          path: undefined,
          status: 201,
          ms: 5,
          clientAddress: '127.0.0.1',
        },
      },
    ]);
    expect(options.requests).toEqual([{ route, method: 'GET', status: 201, seconds: 0.005, bytes: 2 }]);
  });

  it.each(['/robots.txt', '/healthz', '/assets/x'])(
    'of %s is no news: fault finding only, and not counted',
    async (path) => {
      const options = hostOptions([]);
      await using host = await listen(() => createHost(options));
      await ask(host.origin, `/dex${path}`);
      expect(options.lines.map(({ level, event }) => [level, event])).toEqual([['debug', 'http.request']]);
      expect(options.requests).toEqual([]);
    },
  );
});

describe('a fault', () => {
  const inside = new Error('the inside story');

  it.each([
    ['a program', 'program', 'application/json'],
    ['a person', 'person', 'text/html; charset=utf-8'],
  ] as const)('is told to %s without its text, and logged with it', async (_who, audience, type) => {
    const one = endpoint('/token', () => Promise.reject(inside), { audience });
    const { status, headers, body, lines } = await askHost(one);
    expect({ status, type: headers['content-type'] }).toEqual({ status: 500, type });
    expect(body).toContain('request-1');
    expect(body).not.toContain('inside');
    expect(lines).toMatchObject([
      { level: 'error', event: 'http.unexpected', requestId: 'request-1', route: '/token', error: inside },
      { event: 'http.request', status: 500 },
    ]);
  });

  it.each<[string, Reply]>([
    ['a header with a line break', { ...ok, headers: { 'x-a': 'b\r\nset-cookie: c=d' } }],
    ['a header name with a space', { ...ok, headers: { 'x a': 'b' } }],
    ['a location with a line break', { kind: 'redirect', status: 303, location: 'https://a.example/\r\nx: y' }],
    [
      'a cookie with a semicolon',
      { ...ok, cookies: [{ name: 'a', value: 'b; Domain=evil.example', maxAgeSeconds: 1 }] },
    ],
    ['a cookie with a strange name', { ...ok, cookies: [{ name: 'a b', value: 'c', maxAgeSeconds: 1 }] }],
  ])('of ours, %s, is a 500 and never sent', async (_what, reply) => {
    const { status, headers } = await askHost(endpoint('/auth', () => reply));
    expect(status).toBe(500);
    expect(JSON.stringify(headers)).not.toMatch(/evil|c=d|"x"/);
  });

  it('leaves the next request on the connection alone', async () => {
    let calls = 0;
    const options = hostOptions([
      endpoint('/auth', () => {
        calls += 1;
        return calls === 1 ? Promise.reject(inside) : ok;
      }),
    ]);
    await using host = await listen(() => createHost(options));
    const texts = await pipelined(host.port, 'GET /dex/auth HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(2));
    expect(texts.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 500', 'HTTP/1.1 200']);
  });
});

describe('a client that goes away', () => {
  it('before the end of its form is a 499 in the log, and its endpoint is not called', async () => {
    let called = false;
    const options = hostOptions([
      endpoint(
        '/token',
        () => {
          called = true;
          return ok;
        },
        { methods: ['POST'] },
      ),
    ]);
    const { promise: logged, resolve } = Promise.withResolvers<void>();
    const info: Logger['info'] = (event, fields) => {
      options.log.info(event, fields);
      resolve();
    };
    const log = { ...options.log, info };
    await using host = await listen(() => createHost({ ...options, log }));
    const socket = createConnection(host.port, '127.0.0.1');
    const type = 'application/x-www-form-urlencoded';
    socket.write(
      `POST /dex/token HTTP/1.1\r\nHost: a\r\nContent-Type: ${type}\r\nContent-Length: 100\r\n\r\ngrant_type=`,
      () => socket.destroy(),
    );
    await logged;
    expect(called).toBe(false);
    const requests = options.lines.filter(({ event }) => event === 'http.request');
    expect(requests).toMatchObject([{ status: 499, route: '/token' }]);
  });
});

/** Everything the server answers to some text, until it has answered twice. */
function pipelined(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let received = '';
    const socket = createConnection(port, '127.0.0.1', () => socket.write(text));
    socket.on('error', reject);
    socket.on('data', (chunk) => {
      received += chunk.toString();
      if ((received.match(/HTTP\/1\.1 /g) ?? []).length < 2) return;
      socket.destroy();
      resolve(received);
    });
  });
}
