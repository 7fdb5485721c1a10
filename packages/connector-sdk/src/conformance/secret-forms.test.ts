import { describe, expect, it } from 'vitest';
import { secretForms } from './secret-forms.ts';

const secrets = ['client-secret-9f2c', 'p@ss:w/rd+ %ü', "a-b_c.d~e!*'()", '>>>???>>>???', '-----BEGIN\n"KEY"\n'];

const isIn = (text: string, secret: string): boolean => secretForms(secret).some((form) => text.includes(form));

/** As oauth4webapi does it: nothing but letters and digits stays. */
const strictly = (text: string): string =>
  encodeURIComponent(text).replace(/[-_.!~*'()]/gu, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);

const writings: readonly [string, (secret: string) => string][] = [
  ['as it is', (secret) => secret],
  ['in JSON', (secret) => JSON.stringify({ secret })],
  ['in a form', (secret) => new URLSearchParams({ secret }).toString()],
  ['in a URL', (secret) => encodeURIComponent(secret)],
  [
    'encoded as Go does',
    (secret) =>
      encodeURIComponent(secret)
        .replace(/[!*'()]/gu, strictly)
        .replaceAll('%20', '+'),
  ],
  ['encoded without exception', (secret) => strictly(secret).replaceAll('%20', '+')],
];

describe.each(secrets)('the secret %j', (secret) => {
  it.each(writings)('is found %s', (_how, write) => {
    expect(isIn(`a ${write(secret)} b`, secret)).toBe(true);
  });

  it.each(writings)('is found %s and then in base64, wherever it stands', (_how, write) => {
    for (const before of ['', 'i', 'id', 'id:', 'ostiary:']) {
      for (const after of ['', '&', '&x', '&x=1']) {
        const bytes = Buffer.from(before + write(secret) + after);
        expect(isIn(`Basic ${bytes.toString('base64')}`, secret), `${before}…${after}`).toBe(true);
        expect(isIn(bytes.toString('base64url'), secret), `${before}…${after}`).toBe(true);
      }
    }
  });

  it('is not found in base64 of something like it', () => {
    const other = Buffer.from(`ostiary:${secret.slice(0, -2)}xx`);
    expect(isIn(other.toString('base64'), secret)).toBe(false);
    expect(isIn(other.toString('base64url'), secret)).toBe(false);
  });
});

it('a short one is not looked for in base64, where a few signs are found by chance', () => {
  expect(secretForms('1234567')).toEqual(['1234567']);
});
