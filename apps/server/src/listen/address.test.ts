import { describe, expect, it } from 'vitest';
import { addressesCollide, formatListenAddress, parseListenAddress } from './address.ts';

describe('parseListenAddress', () => {
  it.each([
    ['127.0.0.1:5556', { host: '127.0.0.1', port: 5556 }],
    [':5556', { port: 5556 }],
    ['localhost:0', { host: 'localhost', port: 0 }],
    ['[::1]:5556', { host: '::1', port: 5556 }],
    ['[fe80::1%eth0]:80', { host: 'fe80::1%eth0', port: 80 }],
    ['dex.auth.svc:65535', { host: 'dex.auth.svc', port: 65_535 }],
  ])('reads %s, and writes it again', (text, address) => {
    expect(parseListenAddress(text)).toEqual(address);
    expect(formatListenAddress(address)).toBe(text);
  });

  it.each(['', '5556', '127.0.0.1', 'a:b', ':65536', '::1:80', 'http://a:80', 'a b:1', ':-1', '[::1]', ':1 '])(
    'refuses %j',
    (text) => {
      expect(parseListenAddress(text)).toBeUndefined();
    },
  );
});

describe('addressesCollide', () => {
  const collide = (a: string, b: string): boolean | undefined => {
    const [one, other] = [parseListenAddress(a), parseListenAddress(b)];
    return one && other && addressesCollide(one, other);
  };

  it.each([
    ['127.0.0.1:80', '127.0.0.1:80', true],
    [':80', '127.0.0.1:80', true],
    ['[::1]:80', '[::]:80', true],
    ['0.0.0.0:80', '127.0.0.1:80', true],
    ['0.0.0.0:80', ':80', true],
    ['0.0.0.0:80', '[::1]:80', false],
    ['127.0.0.1:80', '127.0.0.2:80', false],
    [':80', ':81', false],
    [':0', ':0', false],
  ])('%s and %s: %s', (a, b, expected) => {
    expect(collide(a, b)).toBe(expected);
    expect(collide(b, a)).toBe(expected);
  });
});
