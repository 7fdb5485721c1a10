import type { Endpoint, Reply } from '@ostiary/issuer';
import { describe, expect, it } from 'vitest';
import { endpoint, hostOptions, ok } from '../../test/fake-issuer.ts';
import { listen } from '../../test/listen.ts';
import { ask, type Received, type Sent } from '../../test/request.ts';
import { hasForm, samplePages } from '../../test/sample-pages.ts';
import { createHost, type HostOptions } from './host.ts';

type More = Parameters<typeof hostOptions>[1];

async function askHost(one: Endpoint, sent: Sent = {}, more: More = {}): Promise<Received> {
  await using host = await listen(() => createHost(hostOptions([one], more)));
  return await ask(host.origin, `/dex${one.path}`, sent);
}

const answering = (reply: Reply): Endpoint => endpoint('/auth', () => reply, { audience: 'program', cors: true });
const https = { id: 'https://login.example.com/dex' };
const dataPolicy = "default-src 'none'; frame-ancestors 'none'";
const pagePolicy = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'";

describe('the headers that protect people', () => {
  const kinds: readonly [string, Reply, string][] = [
    ['JSON', ok, dataPolicy],
    ['an error for a program', { ...ok, status: 400 }, dataPolicy],
    ['a redirect', { kind: 'redirect', status: 303, location: 'https://app.example/cb' }, dataPolicy],
    ...Object.entries(samplePages).map(([name, page]): [string, Reply, string] => {
      const more = hasForm(name) ? "; script-src 'self'" : "; form-action 'none'";
      return [`the page ${name}`, { kind: 'page', status: 200, page }, `${pagePolicy}${more}`];
    }),
  ];

  it.each(kinds)('are on %s', async (_what, reply, policy) => {
    const { headers } = await askHost(answering(reply));
    expect(headers).toMatchObject({
      'content-security-policy': policy,
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
    });
    expect(headers).not.toHaveProperty('strict-transport-security');
    expect(headers).not.toHaveProperty('x-powered-by');
  });

  it('are on text and on the files of the pages as well', async () => {
    await using host = await listen(() => createHost(hostOptions([])));
    const home = await ask(host.origin, '/dex');
    const [file = 'no file'] = /\/dex\/assets\/page[^"]+/u.exec(home.body) ?? [];
    for (const path of ['/dex/healthz', '/dex/robots.txt', '/dex/nothing', '/dex/assets/nothing', '/nothing', file]) {
      const { headers } = await ask(host.origin, path);
      expect({ path, ...headers }).toMatchObject({
        path,
        'content-security-policy': dataPolicy,
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
      });
    }
  });

  it.each(kinds.filter(([, reply]) => reply.kind !== 'document'))('let no cache keep %s', async (_what, reply) => {
    const changed: Reply = { ...reply, headers: { 'Cache-Control': 'public, max-age=60', 'X-Own': '1' } };
    const { headers } = await askHost(answering(changed));
    expect(headers['cache-control']).toBe('no-store');
    expect(headers['x-own']).toBe('1');
  });

  it('say what a document is, once: JSON unless the endpoint says otherwise', async () => {
    const jwt: Reply = { ...ok, headers: { 'Content-Type': 'application/jwt' } };
    expect((await askHost(answering(ok))).headers['content-type']).toBe('application/json');
    const { rawHeaders, headers } = await askHost(answering(jwt));
    expect(headers['content-type']).toBe('application/jwt');
    expect(rawHeaders.filter((name) => name === 'content-type')).toHaveLength(1);
  });

  it('ask for TLS from then on, where the issuer has it', async () => {
    const { headers } = await askHost(answering(ok), {}, https);
    expect(headers['strict-transport-security']).toBe('max-age=31536000');
  });

  it('can be replaced and added to by the operator, once each, and not be emptied', async () => {
    const own = { 'Content-Security-Policy': "default-src 'self'", 'X-Team': 'identity', 'X-Frame-Options': '' };
    const { headers } = await askHost(answering(ok), {}, { headers: own });
    expect(headers).toMatchObject({
      'content-security-policy': "default-src 'self'",
      'x-team': 'identity',
      'x-frame-options': 'DENY',
    });
  });

  it.each([{ 'X A': 'b' }, { 'X-A': 'b\nc' }])('%j from the operator stops the server, with the name', (headers) => {
    const [name = ''] = Object.keys(headers);
    expect(() => createHost(hostOptions([], { headers: { ...headers } }))).toThrow(JSON.stringify(name));
  });

  it.each([
    ['https://cdn.example.com/logo.png', "img-src 'self' https://cdn.example.com;"],
    ['/static/logo.png', "img-src 'self';"],
    ['data:image/png;base64,AAAA', "img-src 'self' data:;"],
  ])('let pages load the logo %s, and no other picture', async (logoUrl, sources) => {
    const frontend: HostOptions['frontend'] = { title: 'Example', theme: 'auto', logoUrl };
    const page = samplePages.choose;
    if (page === undefined) throw new Error('no sample');
    const { headers } = await askHost(answering({ kind: 'page', status: 200, page }), {}, { frontend });
    expect(headers['content-security-policy']).toContain(sources);
  });
});

describe('CORS', () => {
  const app = 'https://app.example';
  const fromApp = (headers: Sent['headers'] = {}): Sent => ({ headers: { origin: app, ...headers } });
  const crossOrigin = ({ headers }: Received) =>
    Object.fromEntries(
      Object.entries(headers).filter(([name]) => name.startsWith('access-control') || name === 'vary'),
    );

  it.each([
    [[], {}],
    [['*'], { 'access-control-allow-origin': '*' }],
    [[app], { 'access-control-allow-origin': app, vary: 'origin' }],
    [['https://app.example.evil'], { vary: 'origin' }],
    [['https://APP.example'], { vary: 'origin' }],
  ])('with the origins %j answers %j', async (allowedOrigins, headers) => {
    expect(crossOrigin(await askHost(answering(ok), fromApp(), { allowedOrigins }))).toEqual(headers);
  });

  it('is only for endpoints that scripts may call', async () => {
    const one = endpoint('/auth', () => ok);
    expect(crossOrigin(await askHost(one, fromApp(), { allowedOrigins: ['*'] }))).toEqual({});
  });

  it('is on errors too, so that a script can read them', async () => {
    const { headers, status } = await askHost(answering({ ...ok, status: 400 }), fromApp(), { allowedOrigins: ['*'] });
    expect([status, headers['access-control-allow-origin']]).toEqual([400, '*']);
  });

  it.each([
    ['a plain question', { 'access-control-request-method': 'POST' }, 200, undefined],
    [
      'an allowed header',
      { 'access-control-request-method': 'POST', 'access-control-request-headers': 'AUTHORIZATION, accept' },
      200,
      'authorization',
    ],
    [
      'another header',
      { 'access-control-request-method': 'POST', 'access-control-request-headers': 'x-evil' },
      403,
      undefined,
    ],
    ['another method', { 'access-control-request-method': 'DELETE' }, 405, undefined],
    ['no method', {}, 400, undefined],
  ])('preflight with %s', async (_what, headers, status, granted) => {
    const answer = await askHost(answering(ok), { ...fromApp(headers), method: 'OPTIONS' }, { allowedOrigins: [app] });
    expect({ status: answer.status, granted: answer.headers['access-control-allow-headers'] }).toEqual({
      status,
      granted,
    });
    expect(answer.headers).not.toHaveProperty('access-control-allow-credentials');
  });
});

describe('CORS for an origin that is not allowed', () => {
  it.each([{}, { origin: 'https://evil.example' }])('a preflight with %j is granted nothing', async (from) => {
    const asked = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' };
    const sent = { method: 'OPTIONS', headers: { ...from, ...asked } } as const;
    const { status, headers } = await askHost(answering(ok), sent, { allowedOrigins: ['https://app.example'] });
    expect(status).toBe(200);
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });
});

describe('cookies', () => {
  it.each([
    { name: 'login', value: 'a; Domain=evil.example' },
    { name: 'login; Domain', value: 'a' },
  ])('that would say more than they are are never sent: %j', async (cookie) => {
    const { status, headers } = await askHost(answering({ ...ok, cookies: [{ ...cookie, maxAgeSeconds: 1 }] }));
    expect(status).toBe(500);
    expect(headers).not.toHaveProperty('set-cookie');
  });

  const setting = answering({
    ...ok,
    cookies: [
      { name: 'login-1', value: 'sealed', maxAgeSeconds: 600.7 },
      { name: 'login-2', value: '', maxAgeSeconds: 600 },
      { name: 'session', value: 'of-this-visit' },
    ],
  });

  it('on https belong to this host alone, and no page of a sibling or without TLS can plant one', async () => {
    expect((await askHost(setting, {}, https)).headers['set-cookie']).toEqual([
      '__Host-login-1=sealed; Max-Age=600; Path=/; HttpOnly; SameSite=Lax; Secure',
      '__Host-login-2=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax; Secure',
      '__Host-session=of-this-visit; Path=/; HttpOnly; SameSite=Lax; Secure',
    ]);
  });

  it('on http, in development, have the bare name', async () => {
    expect((await askHost(setting)).headers['set-cookie']?.[0]).toBe(
      'login-1=sealed; Max-Age=600; Path=/; HttpOnly; SameSite=Lax',
    );
  });

  it.each([
    ['https', '__Host-a=1; a=2; __Host-b=3', { a: '1', b: '3' }],
    ['https', '__Secure-a=1; __host-a=2; __Host-=3', {}],
    ['http', 'a=1; a=2; b; =3; c=d=e', { a: '1', c: 'd=e' }],
  ])('are read on %s from %j', async (scheme, cookie, read) => {
    const one = endpoint('/auth', ({ cookies }) => ({ ...ok, body: JSON.stringify(Object.fromEntries(cookies)) }));
    const { body } = await askHost(one, { headers: { cookie } }, scheme === 'https' ? https : {});
    expect(JSON.parse(body)).toEqual(read);
  });
});

describe('headers of a request', () => {
  it('are found in any case, and only when they were sent', async () => {
    const one = endpoint('/auth', ({ headers }) => {
      const names = ['X-Remote-User', 'x-remote-user', 'constructor', 'x-other'];
      return { ...ok, body: JSON.stringify(names.map((name) => [headers.has(name), headers.get(name)])) };
    });
    const { body } = await askHost(one, { headers: { 'x-REMOTE-user': 'jane' } });
    expect(JSON.parse(body)).toEqual([
      [true, 'jane'],
      [true, 'jane'],
      [false, null],
      [false, null],
    ]);
  });
});

describe('headers that come several times', () => {
  it('reach a connector as one value, so that none of them is taken for all', async () => {
    const one = endpoint('/auth', ({ headers }) => ({ ...ok, body: JSON.stringify(headers.get('x-remote-user')) }));
    const { body } = await askHost(one, { headers: { 'X-Remote-User': ['evil', 'jane'] } });
    expect(JSON.parse(body)).toBe('evil, jane');
  });
});
