import { describe, expect, it } from 'vitest';
import { issuerPath, issuerUrl, parseIssuerId } from './issuer-id.ts';

describe('parseIssuerId', () => {
  it.each(['https://a.example', 'https://a.example/', 'https://a.example/dex', 'http://127.0.0.1:5556/dex'])(
    'keeps %s as it was written',
    (text) => {
      expect(parseIssuerId(text)).toBe(text);
    },
  );

  it.each([
    ['', 'not an absolute URL'],
    ['login.example.com', 'not an absolute URL'],
    [' https://a.example', 'not an absolute URL'],
    ['https:a.example', 'not an absolute URL'],
    ['https:///a.example', 'not an absolute URL'],
    ['https:\\\\a.example\\dex', 'not an absolute URL'],
    ['https://a.example\\dex', 'not an absolute URL'],
    ['https://a.exa\nmple/dex', 'not an absolute URL'],
    ['https://a.example/d\u0000ex', 'not an absolute URL'],
    ['https://a.example/my dex', 'not an absolute URL'],
    ['ldap://a.example', 'http or https'],
    ['https://user:pw@a.example', 'user name'],
    ['https://a.example/?x=1', 'query'],
    ['https://a.example/#x', 'fragment'],
    ['https://a.example?', 'query'],
  ])('refuses %j', (text, reason) => {
    expect(() => parseIssuerId(text)).toThrow(reason);
  });
});

describe('paths below the issuer', () => {
  it.each([
    ['https://a.example', '', 'https://a.example/token'],
    ['https://a.example/', '', 'https://a.example/token'],
    ['https://a.example/dex', '/dex', 'https://a.example/dex/token'],
    ['https://a.example/dex/', '/dex', 'https://a.example/dex/token'],
  ])('%s has path %j', (text, path, token) => {
    const issuer = parseIssuerId(text);
    expect(issuerPath(issuer)).toBe(path);
    expect(issuerUrl(issuer, '/token')).toBe(token);
  });
});
