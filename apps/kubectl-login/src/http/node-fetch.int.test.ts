import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer, get, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import tls from 'node:tls';
import { createAuthority } from '@ostiary/tooling-servers';
import { afterEach, describe, expect, it } from 'vitest';
import { createNodeFetch, type NodeFetchOptions } from './node-fetch.ts';
import { createTrustRoots } from './trust-roots.ts';

async function serve(handler: RequestListener, secure?: ServerOptions) {
  const server = secure === undefined ? createHttpServer(handler) : createServer(secure, handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // a server on a TCP port has no other kind of address
  return {
    url: `${secure === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const fetchWith = (more: Partial<NodeFetchOptions> = {}) =>
  createNodeFetch({
    roots: createTrustRoots(undefined),
    proxyFor: () => undefined,
    timeoutMs: 5000,
    maxBytes: 1000,
    ...more,
  });

describe('a request', () => {
  it('brings method, headers and body, and back status, headers and text', async () => {
    await using server = await serve((request, response) => {
      let body = '';
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () =>
        response.writeHead(201, { 'x-a': ['1', '2'] }).end(`${request.method} ${request.headers['x-b']} ${body}`),
      );
    });
    const answer = await fetchWith()(server.url, {
      method: 'POST',
      headers: { 'x-b': 'c' },
      body: new URLSearchParams({ d: 'e' }),
    });
    expect([answer.status, answer.headers.get('x-a'), await answer.text()]).toEqual([201, '1, 2', 'POST c d=e']);
  });

  it('follows no redirect: tokens are not carried elsewhere', async () => {
    await using server = await serve((_request, response) =>
      response.writeHead(302, { location: 'http://127.0.0.1:1' }).end(),
    );
    expect((await fetchWith()(server.url)).status).toBe(302);
  });

  it.each(['http://login.example.com', 'http://192.168.1.2', 'ftp://127.0.0.1', 'file:///etc/passwd'])(
    'goes nowhere without https: %s',
    async (url) => {
      await expect(fetchWith()(url)).rejects.toMatchObject({ code: 'upstream/protocol' });
    },
  );

  it('goes through the proxy, but not to this machine', async () => {
    const asked: URL[] = [];
    await using server = await serve((_request, response) => response.end('direct'));
    const fetch = fetchWith({
      proxyFor: (url) => {
        asked.push(url);
        return new URL('http://127.0.0.1:9');
      },
    });
    expect(await (await fetch(server.url)).text()).toBe('direct');
    await expect(fetch('https://login.example.invalid')).rejects.toThrow('ECONNREFUSED 127.0.0.1:9');
    expect(asked.map(String)).toEqual(['https://login.example.invalid/']);
  });
});

describe('a request that fails', () => {
  it('because nobody listens is told as that', async () => {
    const error = await fetchWith()('http://127.0.0.1:9').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'upstream/unavailable', message: expect.stringContaining('ECONNREFUSED') });
  });

  it.each([new TypeError('Promise.withResolvers is not a function'), new RangeError('too much'), new Error('odd')])(
    'because of a fault of ours is not told as the network (%s)',
    async (fault) => {
      const proxyFor = (): never => {
        throw fault;
      };
      await expect(fetchWith({ proxyFor })('https://login.example.invalid')).rejects.toBe(fault);
    },
  );
});

describe('an answer', () => {
  it.each([
    ['that is announced too long', (response: Parameters<RequestListener>[1]) => response.end('x'.repeat(1001))],
    [
      'that does not end',
      (response: Parameters<RequestListener>[1]) => {
        const more = (): void => void (response.destroyed || response.write('x'.repeat(100), () => setImmediate(more)));
        more();
      },
    ],
  ])('%s is not read to its end', async (_what, answer) => {
    await using server = await serve((_request, response) => void answer(response));
    await expect(fetchWith()(server.url)).rejects.toThrow('longer than 1000 bytes');
  });

  it('that is cut off is none', async () => {
    await using server = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('half', () => response.destroy());
    });
    await expect(fetchWith()(server.url)).rejects.toMatchObject({ code: 'upstream/unavailable' });
  });

  it('whose status is none is the fault of the server', async () => {
    await using server = await serve((_request, response) => response.writeHead(999).end());
    await expect(fetchWith()(server.url)).rejects.toMatchObject({
      code: 'upstream/protocol',
      message: `The answer of ${new URL(server.url).host} has the status 999.`,
    });
  });

  it('that does not come is given up, and the message says so', async () => {
    await using server = await serve(() => {});
    await expect(fetchWith({ timeoutMs: 50 })(server.url)).rejects.toMatchObject({
      code: 'upstream/unavailable',
      message: `${new URL(server.url).host} cannot be reached: no answer in time.`,
    });
  });
});

describe('a server with a private certificate authority', () => {
  it('is believed when its authority was named, and otherwise the message says which option does that', async () => {
    await using authority = await createAuthority();
    const { certificate, key } = await authority.issue();
    await using server = await serve((_request, response) => response.end('ok'), { cert: certificate, key });
    const error = await fetchWith()(server.url).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ detail: { remedy: expect.stringContaining('--certificate-authority FILE') } });
    const trusting = fetchWith({ roots: createTrustRoots(authority.ca) });
    expect(await (await trusting(server.url)).text()).toBe('ok');
  });

  it('is not believed under another name', async () => {
    await using authority = await createAuthority();
    const { certificate, key } = await authority.issue('DNS:elsewhere.example');
    await using server = await serve((_request, response) => response.end('ok'), { cert: certificate, key });
    const trusting = fetchWith({ roots: createTrustRoots(authority.ca) });
    await expect(trusting(server.url)).rejects.toMatchObject({ code: 'upstream/unavailable' });
  });
});

describe('a server that knows only old TLS', () => {
  const { DEFAULT_MIN_VERSION, DEFAULT_CIPHERS } = tls;
  afterEach(() => void Object.assign(tls, { DEFAULT_MIN_VERSION, DEFAULT_CIPHERS }));

  it('is refused even where Node was told to be content with that', async () => {
    await using authority = await createAuthority();
    const { certificate: cert, key } = await authority.issue();
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
    await using server = await serve((_request, response) => response.end('ok'), { cert, key, ...old });
    // As NODE_OPTIONS="--tls-min-v1.0 --tls-cipher-list=DEFAULT@SECLEVEL=0" does.
    Object.assign(tls, { DEFAULT_MIN_VERSION: 'TLSv1', DEFAULT_CIPHERS: 'DEFAULT@SECLEVEL=0' });
    const others = new Promise((resolve, reject) => get(server.url, { ca: authority.ca }, resolve).on('error', reject));
    await expect(others).resolves.toMatchObject({ statusCode: 200 });
    await expect(fetchWith({ roots: createTrustRoots(authority.ca) })(server.url)).rejects.toMatchObject({
      code: 'upstream/unavailable',
      message: expect.stringMatching(/protocol|version/),
    });
  });
});
