import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import type { ProxyEnvironment } from '@ostiary/connector-sdk/proxy';
import { createAuthority } from '@ostiary/tooling-servers';
import { describe, expect, it } from 'vitest';
import { plainAnswer, startPlainProxy } from '../../test/support/plain-proxy.ts';
import { startSocksProxy } from '../../test/support/socks-proxy.ts';
import { createNodeFetch } from './node-fetch.ts';
import { proxyOf } from './proxy-agent.ts';
import { createTrustRoots } from './trust-roots.ts';

const host = 'login.corp.example';
const roots = createTrustRoots(undefined);
const fetchWith = (environment: ProxyEnvironment, trusted = roots) =>
  createNodeFetch({ roots: trusted, proxyFor: proxyOf(environment), timeoutMs: 5000, maxBytes: 10_000 });
const fetchThrough = (proxy: string) => fetchWith({ HTTPS_PROXY: proxy });

describe('a proxy that answers instead of making a tunnel', () => {
  const ok = plainAnswer('200 OK', { issuer: `https://${host}` });

  it.each([
    ['100 and then 200', `HTTP/1.1 100 Continue\r\n\r\n${ok}`, 'status 100'],
    ['101', `HTTP/1.1 101 Switching Protocols\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\n${ok}`, 'status 101'],
    ['201', plainAnswer('201 Created', {}), 'status 201'],
    ['203', plainAnswer('203 Non-Authoritative Information', {}), 'status 203'],
    ['302', `HTTP/1.1 302 Found\r\nlocation: https://${host}/\r\n\r\n`, 'status 302'],
    ['400', plainAnswer('400 Bad Request', { error: 'invalid_grant' }), 'status 400'],
    ['407', plainAnswer('407 Proxy Authentication Required', {}), 'status 407'],
    ['503', plainAnswer('503 Service Unavailable', {}), 'status 503'],
    ['junk in the place of the status', `HTTP/1.1 OK\r\n\r\n${ok}`, 'its answer is no HTTP'],
  ])('is not taken for the server: %s', async (_what, answer, said) => {
    await using proxy = await startPlainProxy(answer);
    await expect(
      fetchThrough(proxy.url)(`https://${host}/token`, { method: 'POST', body: 'code' }),
    ).rejects.toMatchObject({
      code: 'upstream/unavailable',
      message: `The proxy did not connect to ${host} (${said}).`,
      detail: { remedy: 'Check HTTPS_PROXY and its user name and password.' },
    });
    expect(proxy.received).toHaveLength(1);
    expect(proxy.received[0]).toMatch(/^CONNECT login\.corp\.example:443 HTTP\/1\.1\r\n(?:[A-Za-z-]+: .*\r\n)+\r\n$/);
  });

  it.each([
    ['200 and the answer in plain text', `HTTP/1.1 200 OK\r\n\r\n${ok}`],
    ['200 and nothing', 'HTTP/1.1 200 OK\r\n\r\n'],
    ['a header that does not end', 'HTTP/1.1 200 OK\r\n'],
    ['no header', `\r\n\r\n${ok}`],
    ['another protocol', 'SSH-2.0-OpenSSH_9.6\r\n\r\n'],
    ['nothing', ''],
  ])('cannot do it without a status either: %s', async (_what, answer) => {
    await using proxy = await startPlainProxy(answer);
    const asked = fetchThrough(proxy.url)(`https://${host}/token`, { method: 'POST', body: 'code' });
    await expect(asked).rejects.toMatchObject({ code: 'upstream/unavailable' });
    expect(proxy.received.join()).not.toContain('POST');
  });
});

describe('the user name and the password of a proxy', () => {
  const sent = async (userInfo: string): Promise<string | undefined> => {
    await using proxy = await startPlainProxy('HTTP/1.1 407 No\r\n\r\n');
    await fetchThrough(proxy.url.replace('//', `//${userInfo}`))(`https://${host}/`).catch(() => {});
    const encoded = /^proxy-authorization: Basic (\S+)\r$/im.exec(proxy.received[0] ?? '')?.[1];
    return encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString();
  };

  it.each([
    ['jane:secret@', 'jane:secret'],
    ['jane:p%40ss%3Aword@', 'jane:p@ss:word'],
    ['jane@', 'jane:'],
    ['', undefined],
  ])('are sent as they are meant: %s', async (userInfo, expected) => expect(await sent(userInfo)).toBe(expected));

  it('that are not written right are told as that, without them', async () => {
    const error = await fetchThrough('http://jane:secret%zz@127.0.0.1:9')(`https://${host}/`).catch((thrown) => thrown);
    expect(error).toMatchObject({ code: 'config/invalid', message: expect.not.stringContaining('secret') });
    expect(String(error.cause)).not.toContain('secret');
  });
});

describe('the variable of the proxy', () => {
  it('needs no scheme, as with kubectl', async () => {
    await using proxy = await startPlainProxy(plainAnswer('503 Service Unavailable', {}));
    await fetchThrough(proxy.url.replace('http://', ''))(`https://${host}/`).catch(() => {});
    expect(proxy.received[0]).toContain(`CONNECT ${host}:443`);
  });

  it('is left aside for what NO_PROXY names, as with kubectl', async () => {
    await using proxy = await startPlainProxy(plainAnswer('503 Service Unavailable', {}));
    const direct = fetchWith({ HTTPS_PROXY: proxy.url, NO_PROXY: '192.0.2.0/24, 127.0.0.0/8, invalid' });
    await expect(direct('https://login.example.invalid/')).rejects.toThrow('login.example.invalid cannot be reached');
    expect(proxy.received).toEqual([]);
  });

  it('for http is not looked at, right or wrong', async () => {
    await using proxy = await startPlainProxy(plainAnswer('503 Service Unavailable', {}));
    const environment = { HTTPS_PROXY: proxy.url, HTTP_PROXY: 'http://', http_proxy: 'ftp://127.0.0.1' };
    await expect(fetchWith(environment)(`https://${host}/`)).rejects.toThrow('(status 503)');
  });

  it.each([
    ['http://jane:hunter2@:::', 'HTTPS_PROXY is not a URL'],
    ['socks4://jane:hunter2@127.0.0.1', 'HTTPS_PROXY names a proxy of the kind socks4:// that cannot be used'],
  ])('that names no proxy is told as that, without what it says: %s', async (HTTPS_PROXY, said) => {
    const error = await fetchThrough(HTTPS_PROXY)(`https://${host}/`).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'config/invalid',
      message: expect.stringContaining(said),
      detail: { remedy: 'Correct the variable, or unset it.' },
    });
    expect(String(error)).not.toContain('hunter2');
  });
});

describe('a SOCKS proxy', () => {
  /** An issuer whose certificate says that it is `host`, on a port of this machine. */
  async function startIssuer() {
    const authority = await createAuthority();
    const { certificate, key } = await authority.issue(`DNS:${host}`);
    const server = createServer({ cert: certificate, key }, (request, response) =>
      response.end(`it is ${request.url}`),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo; // a server on a TCP port has no other kind of address
    return {
      port,
      roots: createTrustRoots(authority.ca),
      async [Symbol.asyncDispose]() {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
        await authority[Symbol.asyncDispose]();
      },
    };
  }

  it.each(['socks5', 'socks5h'])('leads to the issuer, and resolves its name: %s', async (scheme) => {
    await using issuer = await startIssuer();
    await using proxy = await startSocksProxy({ leadTo: issuer.port, user: 'jane:p@ss%' });
    const environment = { HTTPS_PROXY: `${scheme}://jane:p%40ss%25@${proxy.address}` };
    const answer = await fetchWith(environment, issuer.roots)(`https://${host}/keys`);
    expect(await answer.text()).toBe('it is /keys');
    expect(proxy.asked).toEqual([`${host}:443`]);
  });

  it('cannot take the place of the issuer', async () => {
    await using issuer = await startIssuer();
    await using proxy = await startSocksProxy({ leadTo: issuer.port });
    const asked = fetchThrough(`socks5://${proxy.address}`)(`https://${host}/token`, { method: 'POST', body: 'code' });
    await expect(asked).rejects.toThrow('self-signed certificate in certificate chain');
  });

  it.each([
    ['refuses the way', { reply: 2 }, 'Socks5 proxy rejected connection'],
    ['refuses the password', { user: 'jane:other' }, 'Socks5 Authentication failed'],
  ])('that %s is told as that, without the password', async (_what, options, said) => {
    await using proxy = await startSocksProxy({ leadTo: 9, ...options });
    const asked = fetchThrough(`socks5://jane:hunter2@${proxy.address}`)(`https://${host}/`);
    const error = await asked.catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'upstream/unavailable',
      message: expect.stringMatching(`^The proxy did not connect to ${host} \\(${said}`),
      detail: { remedy: 'Check HTTPS_PROXY and its user name and password.' },
    });
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('hunter2');
  });

  it('that is not there is told as that', async () => {
    await expect(fetchThrough('socks5://127.0.0.1:9')(`https://${host}/`)).rejects.toThrow(
      `The proxy did not connect to ${host} (connect ECONNREFUSED 127.0.0.1:9).`,
    );
  });
});
