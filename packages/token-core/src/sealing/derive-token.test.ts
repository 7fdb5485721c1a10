import { Secret } from '@ostiary/primitives';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deriveToken } from './derive-token.ts';

const secret = new Secret('k3v9'.repeat(10));

describe('deriveToken', () => {
  it('gives the same token again to who has the secret and the salt', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.string(), fc.string(), (text, salt, purpose) => {
        const token = deriveToken(new Secret(text), { salt, purpose });
        expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/);
        expect(deriveToken(new Secret(text), { salt, purpose })).toBe(token);
      }),
    );
  });

  it('gives another one for another secret, salt or purpose', () => {
    const tokens = [
      deriveToken(secret, { salt: 's', purpose: 'p' }),
      deriveToken(new Secret(`${secret.reveal()}x`), { salt: 's', purpose: 'p' }),
      deriveToken(secret, { salt: 't', purpose: 'p' }),
      deriveToken(secret, { salt: 's', purpose: 'q' }),
      deriveToken(secret, { salt: 's', purpose: 'p/s' }),
      deriveToken(secret, { salt: '","s', purpose: 'p' }),
      deriveToken(secret, { salt: 's', purpose: 'p","' }),
    ];
    expect(new Set(tokens).size).toBe(tokens.length);
  });

  it('is one block of HKDF-Expand as RFC 5869 has it, so that any library can check it', () => {
    // hmac(secret, '["ostiary/derive-token/1","test","salt"]' || 0x01), computed with another implementation.
    expect(deriveToken(new Secret('secret'), { salt: 'salt', purpose: 'test' })).toBe(
      '_TaS9gQLm78CytskXXEvVmKKx-eJEwhaLKvQs0RZOqw',
    );
  });
});
