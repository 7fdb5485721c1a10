import { describe, expect, it } from 'vitest';
import { toPublicJwk } from './jwk-set.ts';

/** Every private member that RFC 7518 sections 6.2.2, 6.3.2 and 6.4, and RFC 8037 section 2 name. */
const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];
const names = { kid: 'a', alg: 'RS256' };

describe('toPublicJwk', () => {
  it.each(privateMembers)('lets the private member %s stay inside', (member) => {
    expect(toPublicJwk({ kty: 'RSA', n: 'n', e: 'AQAB', [member]: 'secret' }, names)).toEqual({
      kty: 'RSA',
      kid: 'a',
      alg: 'RS256',
      use: 'sig',
      n: 'n',
      e: 'AQAB',
    });
  });

  it('lets members stay inside that nobody has thought of yet', () => {
    const jwk = { kty: 'AKP', priv: 'secret', seed: 'secret', x5c: ['x'], key_ops: ['sign'], ext: true };
    expect(Object.keys(toPublicJwk(jwk, names)).sort()).toEqual(['alg', 'kid', 'kty', 'use']);
  });

  it('names key and algorithm as the record does, whatever the material says', () => {
    expect(toPublicJwk({ kty: 'RSA', kid: 'b', alg: 'none', use: 'enc' }, names)).toEqual({
      kty: 'RSA',
      kid: 'a',
      alg: 'RS256',
      use: 'sig',
    });
  });
});
