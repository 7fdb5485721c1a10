import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scrub } from './scrub.ts';

const part = fc.stringMatching(/^[A-Za-z0-9_-]{10,40}$/u);

describe('scrub', () => {
  it('removes any signed or encrypted token', () => {
    fc.assert(
      fc.property(part, part, part, (a, b, c) => {
        expect(scrub(`got eyJ${a}.${b}.${c}, sorry`)).toBe('got [token], sorry');
        expect(scrub(`eyJ${a}..${b}.${c}.${a}`)).toBe('[token]');
      }),
    );
  });

  it.each([
    ['https://a.example/cb?code=xyz&state=1', 'https://a.example/cb?code=[secret]&state=1'],
    ['grant_type=refresh_token&refresh_token=abc', 'grant_type=refresh_token&refresh_token=[secret]'],
    ['{"access_token":"abc","token_type":"bearer"}', '{"access_token":"[secret]","token_type":"bearer"}'],
    ['{"password": "hunter2"}', '{"password": "[secret]"}'],
    ['Authorization: Basic dXNlcjpwYXNz', 'Authorization: Basic [secret]'],
    ['redis://user:pass@host:6379/0', 'redis://user:[secret]@host:6379/0'],
    ['rediss://:pass@host', 'rediss://:[secret]@host'],
  ])('removes the secret from %s', (text, clean) => {
    expect(scrub(text)).toBe(clean);
  });

  it.each([
    'connect ECONNREFUSED 127.0.0.1:6379',
    'status code: 401',
    'the token is not valid',
    'https://a.example:8080/x',
  ])('leaves %s alone', (text) => {
    expect(scrub(text)).toBe(text);
  });
});
