import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Client } from '../client.ts';
import { mayRedirectTo, OUT_OF_BAND } from './redirect-uri.ts';

function client(more: Partial<Client>): Client {
  return { id: 'c', name: 'C', public: false, secrets: [], redirectUris: [], trustedPeers: [], ...more };
}

const registered = 'https://app.example.com/callback';

describe('a confidential client', () => {
  it.each([
    `${registered}/`,
    `${registered}?x=1`,
    `${registered}#x`,
    'https://app.example.com/callback/../callback',
    'https://app.example.com:443/callback',
    'https://APP.example.com/callback',
    'https://app.example.com/%63allback',
    'http://app.example.com/callback',
    'https://app.example.com@evil.example/callback',
    ` ${registered}`,
    'http://127.0.0.1/',
    OUT_OF_BAND,
  ])('is not redirected to %j', (uri) => {
    expect(mayRedirectTo(client({ redirectUris: [registered] }), uri)).toBe(false);
  });

  it('is redirected to nothing but what it registered', () => {
    const known = client({ redirectUris: [registered] });
    expect(mayRedirectTo(known, registered)).toBe(true);
    fc.assert(fc.property(fc.string(), (uri) => mayRedirectTo(known, uri) === (uri === registered)));
    fc.assert(fc.property(fc.webUrl({ withQueryParameters: true }), (uri) => !mayRedirectTo(known, uri)));
  });
});

describe('any client', () => {
  it.each(['https://app.example.com/Ж', 'https://app.example.com/\r\n', 'https://app.example.com/a b'])(
    'is not redirected to %j, which no header can hold, even if it is registered',
    (uri) => {
      expect(mayRedirectTo(client({ redirectUris: [uri] }), uri)).toBe(false);
    },
  );
});

describe('a public client without a registered URI', () => {
  const open = client({ public: true });

  it.each([
    'http://localhost:18000/',
    'http://localhost',
    'http://127.0.0.1:1/cb?x=1',
    'http://127.8.9.1:5000/',
    'http://[::1]:80/x',
    OUT_OF_BAND,
  ])('may use %j', (uri) => {
    expect(mayRedirectTo(open, uri)).toBe(true);
  });

  it.each([
    'https://localhost/',
    'http://localhost.localhost/',
    'http://localhost@evil.example/',
    'http://localhost:80@evil.example/',
    'http://127.0.0.1.evil.example/',
    'http://127.0.0.1:99999/',
    'http://127.0.0.999/',
    'http://localhost/#fragment',
    'http://localhost\\@evil.example/',
    'http://evil.example/?http://localhost/',
    '//localhost/',
    'javascript:alert(1)',
    'http://127.0.0.1:1/\r\nSet-Cookie:a=b',
    'http://127.0.0.1:1/\t',
    'http://127.0.0.1:1/ ',
    'http://127.0.0.1:1/Ж',
    'http://127.0.0.1:1/?\u0000',
  ])('may not use %j', (uri) => {
    expect(mayRedirectTo(open, uri)).toBe(false);
  });
});

describe('a public client with a registered loopback URI', () => {
  const native = client({ public: true, redirectUris: ['http://127.0.0.1/cb', registered] });

  it('may choose the port and nothing else (RFC 8252 section 7.3)', () => {
    expect(mayRedirectTo(native, 'http://127.0.0.1:49152/cb')).toBe(true);
    expect(mayRedirectTo(native, 'http://127.0.0.1:99999/cb')).toBe(false);
    expect(mayRedirectTo(native, 'http://127.0.0.1:49152/other')).toBe(false);
    expect(mayRedirectTo(native, 'http://127.0.0.1:49152/cb?x=1')).toBe(false);
    expect(mayRedirectTo(native, 'http://localhost:49152/cb')).toBe(false);
    expect(mayRedirectTo(native, 'https://app.example.com:8443/callback')).toBe(false);
    expect(mayRedirectTo(native, OUT_OF_BAND)).toBe(false);
    expect(mayRedirectTo(native, 'http://127.0.0.1:49152/cb\n')).toBe(false);
  });

  it('lends the free port to no confidential client', () => {
    expect(mayRedirectTo({ ...native, public: false }, 'http://127.0.0.1:49152/cb')).toBe(false);
  });
});
