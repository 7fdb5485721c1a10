import { describe, expect, it } from 'vitest';
import { listenOptions, ownAddress, webAddress } from './web-address.ts';

describe('an address in the options', () => {
  it('has a scheme: one without is refused with an example', () => {
    expect(webAddress('https://issuer.example/dex')).toBe('https://issuer.example/dex');
    for (const text of ['127.0.0.1:5555', 'localhost:5555', 'issuer.example', '']) {
      expect(() => webAddress(text), text).toThrow('http://127.0.0.1:5555');
    }
  });

  it('of this app is an origin over plain HTTP', () => {
    expect(ownAddress('http://127.0.0.1:5555/')).toBe('http://127.0.0.1:5555');
    for (const text of ['https://127.0.0.1:5555', 'http://127.0.0.1:5555/app', 'http://me@127.0.0.1:5555']) {
      expect(() => ownAddress(text), text).toThrow('http://HOST:PORT');
    }
  });
});

it('listens at names, IPv4 and IPv6 addresses', () => {
  expect(listenOptions('http://localhost')).toEqual({ host: 'localhost', port: 80 });
  expect(listenOptions('http://127.0.0.1:5555')).toEqual({ host: '127.0.0.1', port: 5555 });
  expect(listenOptions('http://[::1]:5555')).toEqual({ host: '::1', port: 5555 });
});
