/** ID tokens that come by themselves, as in a token exchange: nothing else has looked at them before. */
import { Secret } from '@ostiary/primitives';
import { describe, expect, it } from 'vitest';
import { protocol, setUp } from '../../test/openid-login.ts';
import type { Lies } from '../testing/index.ts';

import { type Claims, type IdTokenCheck, signatureAlgorithms, verifyIdToken } from './id-token.ts';

type Asked = Partial<Pick<IdTokenCheck, 'nonce' | 'authorizedParty'>>;

async function verified(
  claims: Readonly<Record<string, unknown>>,
  asked: Asked = {},
  lies: Partial<Lies> = {},
): Promise<Claims> {
  const { idp, provider, client } = await setUp();
  Object.assign(idp.lies, lies);
  const token = new Secret(await idp.idToken(claims));
  return verifyIdToken(token, { provider, clientId: client.clientId, authorizedParty: 'us', ...asked });
}

const invalidClaim = 'ERR_JWT_CLAIM_VALIDATION_FAILED';
const seconds = (time: string): number => Date.parse(time) / 1000;

describe('verifyIdToken', () => {
  it.each<[string, Readonly<Record<string, unknown>>, Asked]>([
    ['says no more than it must', {}, {}],
    ['has our nonce', { nonce: 'mine' }, { nonce: 'mine' }],
    ['names us as the party', { azp: 'ostiary' }, {}],
    ['names us as the party of several', { aud: ['ostiary', 'other'], azp: 'ostiary' }, {}],
    ['was issued to another client, for us', { aud: ['other', 'ostiary'], azp: 'other' }, { authorizedParty: 'any' }],
    ['names us as the only one of a list', { aud: ['ostiary'] }, {}],
    ['is of a clock that is a minute ahead', { iat: seconds('2030-01-01T00:01:00Z') }, {}],
    ['ended on a clock that is nearly a minute ahead', { exp: seconds('2029-12-31T23:59:01Z') }, {}],
    ['is for several, and says not whose it is', { aud: ['other', 'ostiary'] }, { authorizedParty: 'any' }],
  ])('takes one that %s', async (_what, claims, asked) => {
    await expect(verified(claims, asked)).resolves.toHaveProperty('sub', 'jane-1');
  });

  it.each<[string, Readonly<Record<string, unknown>>, Asked, string]>([
    ['another issuer', { iss: 'https://evil.example' }, { authorizedParty: 'any' }, invalidClaim],
    ['no issuer', { iss: undefined }, { authorizedParty: 'any' }, invalidClaim],
    ['another audience', { aud: 'other' }, { authorizedParty: 'any' }, invalidClaim],
    ['no nonce', {}, { nonce: 'mine' }, 'nonce is not ours'],
    ['the nonce of another login', { nonce: 'theirs' }, { nonce: 'mine' }, 'nonce is not ours'],
    ['another party', { azp: 'other' }, {}, 'azp is another client'],
    ['another party of several', { aud: ['ostiary', 'other'], azp: 'other' }, {}, 'azp is another client'],
    ['no party of several', { aud: ['ostiary', 'other'] }, {}, 'azp is missing beside several audiences'],
    ['a time in the future', { iat: seconds('2030-01-01T00:01:01Z') }, {}, 'iat is in the future'],
    ['no time', { iat: undefined }, {}, invalidClaim],
    ['a time that is no number', { iat: '1' }, {}, invalidClaim],
    ['an end that has been', { exp: seconds('2029-12-31T23:58:59Z') }, {}, 'ERR_JWT_EXPIRED'],
    ['no end', { exp: undefined }, {}, invalidClaim],
    ['a beginning in the future', { nbf: seconds('2030-01-01T00:01:01Z') }, {}, invalidClaim],
    ['no sub', { sub: undefined }, {}, invalidClaim],
    ['a sub that is no text', { sub: 7 }, {}, 'sub is empty'],
    ['an empty sub', { sub: '' }, {}, 'sub is empty'],
  ])('refuses one with %s', async (_what, claims, asked, reason) => {
    await expect(verified(claims, asked)).rejects.toMatchObject({ ...protocol, detail: { reason } });
  });

  it.each<[NonNullable<Lies['signature']>, string]>([
    ['none', 'ERR_JOSE_ALG_NOT_ALLOWED'],
    ['HS256 with the public key', 'ERR_JOSE_ALG_NOT_ALLOWED'],
    ['forged', 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED'],
    ['encrypted', 'token that is encrypted'],
  ])('refuses one with the signature %s', async (signature, reason) => {
    await expect(verified({}, {}, { signature })).rejects.toMatchObject({ ...protocol, detail: { reason } });
  });

  it.each<[string, Readonly<Record<string, unknown>>, Partial<Lies>]>([
    ['says so as RFC 9068 has it', {}, { headerType: 'at+jwt' }],
    ['says so in full', {}, { headerType: 'application/AT+JWT' }],
    ['says so as Keycloak does', { typ: 'Bearer' }, { headerType: 'JWT' }],
    ['says so as Keycloak does with DPoP', { typ: 'DPoP' }, {}],
  ])('refuses an access token for us that comes by itself and %s', async (_what, claims, lies) => {
    const refusal = { ...protocol, detail: { reason: 'token of another kind' } };
    await expect(verified(claims, { authorizedParty: 'any' }, lies)).rejects.toMatchObject(refusal);
    await expect(verified(claims, { authorizedParty: 'us' }, lies)).resolves.toHaveProperty('sub');
  });

  it('takes the ID tokens of Keycloak, which say that they are', async () => {
    const asked: Asked = { authorizedParty: 'any' };
    await expect(verified({ typ: 'ID' }, asked, { headerType: 'JWT' })).resolves.toHaveProperty('sub', 'jane-1');
  });

  it('refuses one with an algorithm that the provider does not list', async () => {
    const discovery = { id_token_signing_alg_values_supported: ['RS256'] };
    await expect(verified({}, {}, { discovery })).rejects.toMatchObject({
      ...protocol,
      detail: { reason: 'ERR_JOSE_ALG_NOT_ALLOWED' },
    });
  });
});

describe('signatureAlgorithms', () => {
  const issuer = 'https://idp.example';

  it.each([
    [
      ['ES256', 'RS256'],
      ['ES256', 'RS256'],
    ],
    [['none', 'HS256', 'HS384', 'HS512', 'ES256'], ['ES256']],
    [['none', 'HS256'], ['RS256']],
    [[], ['RS256']],
    [undefined, ['RS256']],
  ])('of a provider that lists %j are %j: never none, never a shared secret', (listed, safe) => {
    const said = listed === undefined ? {} : { id_token_signing_alg_values_supported: listed };
    expect(signatureAlgorithms({ issuer, ...said })).toEqual(safe);
  });
});
