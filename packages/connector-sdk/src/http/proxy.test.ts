import { describe, expect, it } from 'vitest';
import { proxyChoice } from './proxy.ts';

const proxies = { HTTP_PROXY: 'http://plain:3128', https_proxy: 'secure:3129' };
const through = (url: string, NO_PROXY = ''): string | undefined =>
  proxyChoice({ ...proxies, NO_PROXY })(new URL(url))?.host;

describe('proxyChoice', () => {
  it.each([
    ['http://a.example/', 'plain:3128'],
    ['https://a.example/', 'secure:3129'],
    ['https://localhost/', undefined],
    ['http://127.0.0.9:5556/', undefined],
    ['http://[::1]/', undefined],
    ['http://192.0.2.1/', 'plain:3128'],
  ])('sends %s through %s', (url, proxy) => {
    expect(through(url)).toBe(proxy);
  });

  it.each([
    ['*', 'https://a.example/', true],
    ['a.example', 'https://a.example/', true],
    ['a.example', 'https://x.A.example/', true],
    ['a.example', 'https://ba.example/', false],
    ['.a.example', 'https://a.example/', false],
    ['.a.example', 'https://x.a.example/', true],
    ['*.a.example', 'https://x.a.example/', true],
    ['b.example, a.example', 'https://a.example/', true],
    ['a.example:443', 'https://a.example/', true],
    ['a.example:8443', 'https://a.example/', false],
    ['10.0.0.0/8', 'https://10.1.2.3/', true],
    ['10.0.0.0/8', 'https://11.1.2.3/', false],
    ['10.0.0.0/8', 'https://a.example/', false],
    ['2001:db8::/32', 'https://[2001:db8::7]/', true],
    ['192.0.2.1', 'https://192.0.2.1/', true],
    ['192.0.2.1', 'https://192.0.2.11/', false],
    ['192.0.2.1:8443', 'https://192.0.2.1/', false],
    ['192.0.2.1/32', 'https://192.0.2.1/', true],
    ['192.0.2.1/32', 'https://192.0.2.2/', false],
    ['2001:db8::7/128', 'https://[2001:db8::7]/', true],
    ['a.example:8443', 'https://a.example:8443/', true],
    ['A.example', 'https://a.example/', true],
    ['[2001:db8::7]:443', 'https://[2001:db8::7]/', true],
    ['10.0.0.0/33', 'https://10.1.2.3/', false],
    ['::/129', 'https://[2001:db8::7]/', false],
    ['10.0.0.0/8x', 'https://10.1.2.3/', false],
    ['10.0.0.0/x8', 'https://10.1.2.3/', false],
    ['a.example:80', 'http://a.example/', true],
    ['a.example:443', 'http://a.example/', false],
  ])('NO_PROXY=%s and %s: direct is %s', (exceptions, url, direct) => {
    expect(through(url, exceptions) === undefined).toBe(direct);
  });

  it('goes directly when no proxy is set, and does not use the plain one for https', () => {
    expect(proxyChoice({})(new URL('https://a.example'))).toBeUndefined();
    expect(proxyChoice({ HTTP_PROXY: 'http://p' })(new URL('https://a.example'))).toBeUndefined();
  });

  it.each([
    ['http://', 'HTTPS_PROXY is not a URL.'],
    ['jane:hunter2@:::', 'HTTPS_PROXY is not a URL.'],
    [
      'socks5://jane:hunter2@proxy',
      'HTTPS_PROXY names a proxy of the kind socks5:// that cannot be used (http, https can).',
    ],
    ['file:///hunter2', 'HTTPS_PROXY names a proxy of the kind file:// that cannot be used'],
  ])('names the variable that holds no usable proxy, and not what it holds: %s', (HTTPS_PROXY, said) => {
    const choose = (): unknown => proxyChoice({ HTTPS_PROXY });
    expect(choose).toThrow(expect.objectContaining({ code: 'config/invalid', message: expect.stringContaining(said) }));
    expect(choose).not.toThrow('hunter2');
  });

  it('gives a SOCKS proxy to who can speak to it', () => {
    const choose = proxyChoice({ HTTPS_PROXY: 'socks5://proxy:1080' }, ['http', 'socks5']);
    expect(choose(new URL('https://a.example'))?.href).toBe('socks5://proxy:1080');
  });
});
