import { describe, expect, it } from 'vitest';
import { plainAnswer, startPlainProxy } from '../../test/support/plain-proxy.ts';
import { createNodeFetch } from './node-fetch.ts';
import { createTrustRoots } from './trust-roots.ts';

const host = 'login.corp.example';
const roots = createTrustRoots(undefined);
const fetchThrough = (proxy: string) =>
  createNodeFetch({ roots, proxyFor: () => proxy, timeoutMs: 5000, maxBytes: 10_000 });

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
