import { Secret } from '@ostiary/primitives';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { describe, expect, it } from 'vitest';
import { protocol, setUp, unavailable } from '../../test/openid-login.ts';
import type { Lies } from '../testing/index.ts';
import { verifyIdToken } from './id-token.ts';
import { fetchUserInfo } from './user-info.ts';

describe('keys', () => {
  it('are fetched once for many logins', async () => {
    const { idp, login } = await setUp();
    await Promise.all([login(), login(), login()]);
    await login();
    const asked = idp.requests.map((request) => new URL(request.url).pathname);
    expect(asked.filter((path) => path === '/jwks')).toHaveLength(1);
    expect(asked.filter((path) => path === '/.well-known/openid-configuration')).toHaveLength(1);
  });

  it('are fetched again for a key id that is not known, but not for every forged one', async () => {
    const { idp, login, clock } = await setUp();
    await login();
    await idp.rotateKeys();
    await expect(login()).rejects.toMatchObject(protocol);
    clock.advance(31);
    await expect(login()).resolves.toHaveProperty('claims');
    expect(idp.requests.filter((request) => request.url.endsWith('/jwks'))).toHaveLength(2);
  });

  it('that the provider took back do not serve once more, however long nobody logged in', async () => {
    const { idp, login, clock } = await setUp();
    await login();
    idp.lies.answers.jwks = { status: 200, body: '{"keys":[]}' };
    clock.advance(11 * 60);
    await expect(login()).rejects.toMatchObject(protocol);
  });

  it('serve while the provider does not answer, for an hour', async () => {
    const { idp, login, clock, log } = await setUp();
    await login();
    idp.lies.answers.jwks = 'down';
    clock.advance(11 * 60);
    await expect(login()).resolves.toHaveProperty('claims');
    expect(log.lines.map((line) => line.event)).toContain('provider.keys_stale');
    clock.advance(50 * 60);
    await expect(login()).rejects.toMatchObject(unavailable);
  });
});

/** A key of the same kind as the provider's own. */
async function anotherKey(more: JWK = {}): Promise<JWK> {
  const { publicKey } = await generateKeyPair('ES256', { extractable: true });
  return { ...(await exportJWK(publicKey)), use: 'sig', alg: 'ES256', ...more };
}

/** A login at a provider that publishes two keys. */
async function withTwoKeys(lies: Partial<Lies>) {
  const set = await setUp();
  Object.assign(set.idp.lies, { otherKeys: [await anotherKey({ kid: 'next' })], ...lies });
  return set;
}

const namings: readonly [string, Partial<Lies>][] = [
  ['names its key', {}],
  ['names no key', { withoutKeyId: true }],
];

describe('two keys that fit', () => {
  const failure = (reason: string) => ({ ...protocol, detail: { reason } });

  it.each(namings)('verify an ID token that %s', async (_what, lies) => {
    const { login } = await withTwoKeys(lies);
    await expect(login()).resolves.toHaveProperty('claims.sub', 'jane-1');
  });

  it.each(namings)('verify a userinfo answer that %s', async (_what, lies) => {
    const { login, provider, client } = await withTwoKeys({ ...lies, signedUserInfo: true });
    const { tokens } = await login();
    const { clientId } = client;
    const claims = await fetchUserInfo({ provider, clientId, accessToken: tokens.accessToken, subject: 'jane-1' });
    expect(claims.sub).toBe('jane-1');
  });

  it('are tried with a name that both have', async () => {
    const { login } = await withTwoKeys({ otherKeys: [await anotherKey({ kid: 'key-1' })] });
    await expect(login()).resolves.toHaveProperty('claims.sub', 'jane-1');
  });

  it.each(namings)('do not verify what neither signed, and it %s', async (_what, lies) => {
    const { login } = await withTwoKeys({ ...lies, signature: 'forged' });
    await expect(login()).rejects.toMatchObject(failure('ERR_JWS_SIGNATURE_VERIFICATION_FAILED'));
  });

  it('say what is wrong with the claims of a token that one of them signed', async () => {
    const { idp, provider, client } = await withTwoKeys({ withoutKeyId: true });
    const token = new Secret(await idp.idToken({ exp: 1 }));
    const check = { provider, clientId: client.clientId, authorizedParty: 'any' } as const;
    await expect(verifyIdToken(token, check)).rejects.toMatchObject(failure('ERR_JWT_EXPIRED'));
  });
});

describe('a new key that tokens do not name', () => {
  it('is fetched, but not for every forged token', async () => {
    const { idp, login, clock } = await setUp();
    idp.lies.withoutKeyId = true;
    await login();
    await idp.rotateKeys();
    await expect(login()).rejects.toMatchObject(protocol);
    clock.advance(31);
    await expect(login()).resolves.toHaveProperty('claims');
    expect(idp.requests.filter((request) => request.url.endsWith('/jwks'))).toHaveLength(2);
  });
});

describe('a new key with the name of the one before', () => {
  it('is fetched, but not for every forged token', async () => {
    const { idp, login, clock } = await setUp();
    const before = { keys: [await anotherKey({ kid: 'key-1' })] };
    idp.lies.answers.jwks = { status: 200, body: JSON.stringify(before) };
    await expect(login()).rejects.toMatchObject(protocol);
    delete idp.lies.answers.jwks;
    clock.advance(31);
    await expect(login()).resolves.toHaveProperty('claims');
    idp.lies.signature = 'forged';
    await expect(login()).rejects.toMatchObject(protocol);
    await expect(login()).rejects.toMatchObject(protocol);
    expect(idp.requests.filter((request) => request.url.endsWith('/jwks'))).toHaveLength(2);
  });
});

const short = Buffer.alloc(128, 1).toString('base64url');
const unusable: readonly [string, unknown][] = [
  ['null', null],
  ['text', 'key'],
  ['a list', []],
  ['no kty', { foo: 1 }],
  ['a kty that is no text', { kty: 7 }],
  ['a kty nobody knows', { kty: 'AKP', alg: 'ML-DSA-44', pub: 'AAAA' }],
  ['a shared secret', { kty: 'oct', k: 'AAAA' }],
  ['RSA without a modulus', { kty: 'RSA', e: 'AQAB' }],
  ['RSA of 1024 bits', { kty: 'RSA', n: short, e: 'AQAB' }],
  ['EC without a point', { kty: 'EC', crv: 'P-256' }],
  ['EC with an empty point', { kty: 'EC', crv: 'P-256', x: '', y: '' }],
  ['OKP without a point', { kty: 'OKP', crv: 'Ed25519' }],
];

describe('an entry of the key set that is not understood', () => {
  it.each(unusable)('leaves the others as they are: %s', async (_what, entry) => {
    const { idp, login } = await setUp();
    idp.lies.otherKeys = [entry];
    await expect(login()).resolves.toHaveProperty('claims.sub', 'jane-1');
  });

  it.each(unusable)('is no key set by itself: %s', async (_what, entry) => {
    const { idp, login } = await setUp();
    idp.lies.answers.jwks = { status: 200, body: JSON.stringify({ keys: [entry] }) };
    await expect(login()).rejects.toMatchObject({ ...protocol, detail: { reason: 'key set', status: 200 } });
  });

  it('leaves keys that fit a token beside it: RSA of 1024 bits', async () => {
    const { idp, login } = await setUp({ idp: { algorithm: 'RS256' } });
    idp.lies.otherKeys = [{ kty: 'RSA', n: short, e: 'AQAB' }];
    idp.lies.withoutKeyId = true;
    await expect(login()).resolves.toHaveProperty('claims.sub', 'jane-1');
  });
});
