import { describe, expect, it, vi } from 'vitest';
import { endpoint, hostOptions, ok } from '../../test/fake-issuer.ts';
import { listen } from '../../test/listen.ts';
import { ask, type Sent } from '../../test/request.ts';
import { createHost } from './host.ts';

const echo = endpoint('/auth/:connector/login', ({ params }) => ({ ...ok, body: JSON.stringify(params) }));
const endpoints = [
  endpoint('/auth', () => ok, { methods: ['GET'] }),
  endpoint('/token', () => ok, { methods: ['POST'], audience: 'program' }),
  endpoint('/approval', () => ({ ...ok, body: '"read"' }), { methods: ['GET'] }),
  endpoint('/approval', () => ({ ...ok, body: '"posted"' }), { methods: ['POST'] }),
  endpoint('/keys', () => ok, { audience: 'program', sameForAll: true }),
  echo,
];

async function askHost(path: string, sent: Sent = {}, id = 'http://127.0.0.1:5556/dex') {
  const options = hostOptions(endpoints, { id });
  await using host = await listen(() => createHost(options));
  return { ...(await ask(host.origin, path, sent)), lines: options.lines, requests: options.requests };
}

describe('a path', () => {
  it.each([
    ['/dex/auth', 200],
    ['/dex/auth?a=b', 200],
    ['http://elsewhere.example/dex/auth', 200], // absolute form, as proxies send it: the host in it says nothing
    ['/dex/auth/', 404],
    ['/dex/AUTH', 404],
    ['/DEX/auth', 404],
    ['/dex//auth', 404],
    ['//dex/auth', 404],
    ['/dex/./auth', 404],
    ['/dex/x/../auth', 404],
    ['/dex/%61uth', 404],
    ['/dex%2fauth', 404],
    ['/auth', 404],
    ['/dexauth', 404],
    ['/', 404],
    ['/dex/auth;v=1', 404],
    ['/dex/auth%00', 404],
  ])('%s is matched byte for byte: %i', async (path, status) => {
    expect((await askHost(path)).status).toBe(status);
  });

  it.each([
    ['http://127.0.0.1:5556', '/auth', 200],
    ['http://127.0.0.1:5556', '/', 200],
    ['http://127.0.0.1:5556/a.b(c)+', '/a.b(c)+/auth/ldap/login', 200],
    ['http://127.0.0.1:5556/a.b(c)+', '/aXb(c)+/auth/ldap/login', 404],
    ['http://127.0.0.1:5556/a.b(c)+', '/a.bcc/auth/ldap/login', 404],
    ['http://127.0.0.1:5556/:x', '/y/auth/ldap/login', 404],
  ])('of the issuer %s is text and no pattern: %s', async (id, path, status) => {
    expect((await askHost(path, {}, id)).status).toBe(status);
  });

  it.each([
    ['/dex/auth/ldap/login', { connector: 'ldap' }],
    ['/dex/auth/a%20b/login', { connector: 'a b' }],
    ['/dex/auth/a%2Fb/login', { connector: 'a/b' }],
  ])('%s gives its parameters', async (path, params) => {
    expect(JSON.parse((await askHost(path)).body)).toEqual(params);
  });

  it.each(['/dex/auth/a/b/login', '/dex/auth//login'])('%s has no parameter with another segment', async (path) => {
    expect((await askHost(path)).status).toBe(404);
  });

  it.each(['/dex/auth/%zz/login', '/dex/auth/%ff/login', '/dex/auth?state=%', '/dex/auth?state=%c0%af'])(
    '%s with a broken escape is refused',
    async (path) => {
      expect((await askHost(path)).status).toBe(400);
    },
  );
});

describe('a request target', () => {
  it.each([
    ['http://elsewhere.example/dex/keys', 200],
    ['HTTPS://[::1]:5556/dex/keys', 200],
    ['http://elsewhere.example/dex/keys?a=b', 200],
    ['http://elsewhere.example', 404],
    ['http://elsewhere.example?a=b', 404],
    ['http://[', 400],
    ['http://[/dex/keys', 400],
    ['ftp://elsewhere.example/dex/keys', 400],
    ['*', 400],
  ])('%s is answered %i', async (target, status) => {
    const { lines, ...answer } = await askHost(target);
    expect(answer.status).toBe(status);
    expect(lines).toMatchObject([{ level: 'info', event: 'http.request', status }]);
  });

  it('is in the log without its query when it is refused, and not longer than 200 characters', async () => {
    const { lines } = await askHost(`ftp://${'x'.repeat(300)}?token=secret`);
    expect(lines).toMatchObject([{ status: 400, path: `ftp://${'x'.repeat(194)}` }]);
  });

  it('makes Node print no warning', async () => {
    const warned = vi.spyOn(process, 'emitWarning');
    expect((await askHost('http://a:b@c:d/dex/keys')).status).toBe(200);
    expect(warned).not.toHaveBeenCalled();
    warned.mockRestore();
  });

  it('may be the server itself for OPTIONS', async () => {
    expect((await askHost('*', { method: 'OPTIONS' })).status).toBe(404);
  });
});

describe('a method', () => {
  it.each([
    ['GET', '/dex/token', 405, 'POST'],
    ['HEAD', '/dex/token', 405, 'POST'],
    ['PUT', '/dex/auth', 405, 'GET, HEAD'],
    ['DELETE', '/dex/approval', 405, 'GET, HEAD, POST'],
    ['OPTIONS', '/dex/auth', 405, 'GET, HEAD'],
    ['TRACE', '/dex/auth', 405, 'GET, HEAD'],
  ])('%s %s that an endpoint does not take: %i, and Allow says which it takes', async (method, path, status, allow) => {
    const answer = await askHost(path, { method });
    expect({ status: answer.status, allow: answer.headers.allow }).toEqual({ status, allow });
  });

  it('HEAD gets the headers of GET, the length too, and no body', async () => {
    const [got, head] = [await askHost('/dex/auth'), await askHost('/dex/auth', { method: 'HEAD' })];
    expect(head.body).toBe('');
    expect(head.headers['content-length']).toBe(String(got.body.length));
    expect({ ...head.headers, date: '' }).toEqual({ ...got.headers, date: '' });
  });

  it('chooses among endpoints of one path', async () => {
    expect((await askHost('/dex/approval')).body).toBe('"read"');
    expect((await askHost('/dex/approval', { method: 'POST' })).body).toBe('"posted"');
  });
});

describe('what the host has itself', () => {
  it('is a home page, without the trailing slash that Dex has too', async () => {
    expect(await askHost('/dex')).toMatchObject({
      status: 200,
      headers: { 'content-type': 'text/html; charset=utf-8' },
    });
  });

  it.each([
    [true, 200, 'Health check passed'],
    [false, 500, 'Health check failed.'],
  ])('says whether it can do its work, and no cache keeps it: %s', async (healthy, status, body) => {
    const options = hostOptions([], { isHealthy: async () => healthy });
    await using host = await listen(() => createHost(options));
    const answer = await ask(host.origin, '/dex/healthz');
    expect(answer).toMatchObject({ status, body, headers: { 'cache-control': 'no-store' } });
  });

  it('keeps robots out', async () => {
    expect(await askHost('/dex/robots.txt')).toMatchObject({ status: 200, body: 'User-agent: *\nDisallow: /\n' });
  });

  it('has files that browsers may keep for ever, and no others', async () => {
    const { body } = await askHost('/dex');
    const files = [...body.matchAll(/(?:href|src)="(\/dex\/assets\/[^"]+)"/g)].map(([, path]) => path ?? '');
    expect(files.length).toBeGreaterThan(1);
    for (const file of files) {
      const { status, headers } = await askHost(file);
      expect({ status, caching: headers['cache-control'] }).toEqual({
        status: 200,
        caching: 'public, max-age=31536000, immutable',
      });
      expect(headers['content-type']).toMatch(/^(text\/css; charset=utf-8|image\/svg\+xml)$/);
    }
    for (const name of ['page.css', '..%2fpackage.json', 'constructor', '__proto__']) {
      expect((await askHost(`/dex/assets/${name}`)).status).toBe(404);
    }
  });
});

describe('a path that nothing is at', () => {
  it.each([
    ['/dex/nothing', 'text/html', 'text/html; charset=utf-8'],
    ['/dex/nothing', '*/*', 'text/plain; charset=utf-8'],
    ['/nothing', 'text/html', 'text/plain; charset=utf-8'],
  ])('%s for %s is %s', async (path, accept, type) => {
    const { status, headers, requests } = await askHost(path, { headers: { accept } });
    expect({ status, type: headers['content-type'] }).toEqual({ status: 404, type });
    expect(requests).toEqual([]); // a stranger's paths would be labels without end
  });

  it('is in the log without its query, and not longer than 200 characters', async () => {
    const { lines } = await askHost(`/dex/${'x'.repeat(300)}?token=secret`);
    const [line] = lines.filter(({ event }) => event === 'http.request');
    expect(line).toMatchObject({ status: 404, path: `/dex/${'x'.repeat(195)}` });
    expect(JSON.stringify(lines)).not.toContain('secret');
  });
});
