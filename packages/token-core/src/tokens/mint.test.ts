import { decodeJwt, decodeProtectedHeader } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { issuer, policy, START, type World, world } from '../../test/support.ts';
import { createKeyRing, type KeyRing } from '../keys/key-ring.ts';
import type { ExtraClaims } from './claims.ts';
import { halfHash } from './hashes.ts';
import { createMinter, type Minter } from './mint.ts';

const base = { subject: 'CgNmb28SA2Jhcg', audience: ['app'], lifetimeSeconds: 600, claims: {} } as const;

let at: World;
let keys: KeyRing;
let minter: Minter;

beforeAll(async () => {
  at = world();
  at.time.advance(0.75);
  keys = await createKeyRing({
    storage: at.storage,
    deps: at.deps,
    policy: { ...policy, algorithms: ['ES256', 'EdDSA'] },
  });
  minter = createMinter({ issuer, keys, ...at.deps });
});

describe('idToken', () => {
  it('writes the claims in the order that Dex does, whole seconds, own claims before the others', async () => {
    const { token } = await minter.idToken({
      ...base,
      audience: ['app', 'cluster'],
      authorizedParty: 'app',
      nonce: 'n',
      authTime: new Date(START - 500),
      sessionId: 's',
      accessToken: 'at',
      code: 'co',
      claims: { email: 'a@example.com', email_verified: true, groups: ['x'], name: 'A' },
    });
    const iat = START / 1000;
    expect(Object.entries(decodeJwt(token))).toEqual([
      ['iss', issuer],
      ['sub', 'CgNmb28SA2Jhcg'],
      ['aud', ['app', 'cluster']],
      ['exp', iat + 600],
      ['iat', iat],
      ['jti', expect.any(String)],
      ['azp', 'app'],
      ['nonce', 'n'],
      ['auth_time', iat - 1],
      ['sid', 's'],
      ['at_hash', halfHash('at', 'ES256')],
      ['c_hash', halfHash('co', 'ES256')],
      ['email', 'a@example.com'],
      ['email_verified', true],
      ['groups', ['x']],
      ['name', 'A'],
    ]);
  });

  it('leaves out what was not given, and writes one audience as text', async () => {
    const claims = decodeJwt((await minter.idToken(base)).token);
    expect(Object.keys(claims)).toEqual(['iss', 'sub', 'aud', 'exp', 'iat', 'jti']);
    expect(claims.aud).toBe('app');
  });

  it('names key and algorithm in the header, and nothing else', async () => {
    const { token } = await minter.idToken(base);
    expect(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()).toBe(
      `{"alg":"ES256","kid":"${keys.signer().kid}"}`,
    );
  });

  it('signs and hashes with the algorithm that was asked for', async () => {
    const { token } = await minter.idToken({ ...base, algorithm: 'EdDSA', code: 'co' });
    expect(decodeProtectedHeader(token).alg).toBe('EdDSA');
    expect(decodeJwt(token).c_hash).toBe(halfHash('co', 'EdDSA'));
    await expect(minter.idToken({ ...base, algorithm: 'RS256' })).rejects.toMatchObject({ code: 'keys/unavailable' });
  });

  it('gives every token its own UUID, and answers it with the moment the token dies', async () => {
    const minted = await Promise.all(Array.from({ length: 50 }, () => minter.idToken(base)));
    expect(new Set(minted.map(({ jti }) => jti)).size).toBe(50);
    for (const { token, jti, expiresAt } of minted) {
      expect(jti).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(decodeJwt(token).jti).toBe(jti);
      expect(expiresAt).toEqual(new Date(START + 600_000));
    }
  });

  it('takes the id of a caller who had to know it before', async () => {
    expect(await minter.idToken({ ...base, tokenId: 'mine' })).toMatchObject({ jti: 'mine' });
  });
});

describe('accessToken', () => {
  it('is a JWT access token of RFC 9068', async () => {
    const { token } = await minter.accessToken({ ...base, clientId: 'app', scope: ['openid', 'groups'] });
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'ES256', kid: keys.signer().kid, typ: 'at+jwt' });
    expect(decodeJwt(token)).toMatchObject({ iss: issuer, client_id: 'app', scope: 'openid groups', aud: 'app' });
  });

  it('has no scope claim when there is no scope', async () => {
    const { token } = await minter.accessToken({ ...base, clientId: 'app', scope: [] });
    expect(decodeJwt(token)).not.toHaveProperty('scope');
  });
});

describe('logoutToken', () => {
  const about = { subject: base.subject, clientId: 'app', sessionId: 's' } as const;

  it('says whose session is over, to one client, for two minutes', async () => {
    const { token } = await minter.logoutToken(about);
    const iat = START / 1000;
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'ES256', kid: keys.signer().kid, typ: 'logout+jwt' });
    expect(Object.entries(decodeJwt(token))).toEqual([
      ['iss', issuer],
      ['sub', base.subject],
      ['aud', 'app'],
      ['exp', iat + 120],
      ['iat', iat],
      ['jti', expect.any(String)],
      ['sid', 's'],
      ['events', { 'http://schemas.openid.net/event/backchannel-logout': {} }],
    ]);
  });

  it('is signed with the algorithm that was asked for', async () => {
    const { token } = await minter.logoutToken({ ...about, algorithm: 'EdDSA' });
    expect(decodeProtectedHeader(token).alg).toBe('EdDSA');
  });

  it('does not outlive its key where tokens live shorter', async () => {
    const short = await createKeyRing({
      ...{ storage: world().storage, deps: at.deps },
      policy: { ...policy, tokenLifetime: 60 },
    });
    const { token } = await createMinter({ issuer, keys: short, ...at.deps }).logoutToken(about);
    expect(decodeJwt(token).exp).toBe(START / 1000 + 60);
  });
});

describe('a minter', () => {
  it.each([
    'iss',
    'sub',
    'aud',
    'exp',
    'nbf',
    'iat',
    'jti',
    'azp',
    'nonce',
    'auth_time',
    'sid',
    'at_hash',
    'c_hash',
    'client_id',
    'scope',
    'events',
  ])('refuses the claim %s from outside', async (name) => {
    // Data from an upstream is JSON whose names no type has seen.
    const claims = JSON.parse(JSON.stringify({ [name]: 'x', email: 'e' })) as ExtraClaims;
    const refused = { code: 'token/reserved_claim', detail: { claims: [name] } };
    await expect(minter.idToken({ ...base, claims })).rejects.toMatchObject(refused);
    await expect(minter.accessToken({ ...base, claims, clientId: 'a', scope: [] })).rejects.toMatchObject(refused);
  });

  it('has types that refuse a reserved claim', async () => {
    // @ts-expect-error the issuer alone says who it is
    await expect(minter.idToken({ ...base, claims: { iss: 'https://evil.example' } })).rejects.toThrow();
  });

  it.each([0, -1, 0.5, Number.NaN, policy.tokenLifetime + 1])(
    'refuses a life of %s seconds',
    async (lifetimeSeconds) => {
      await expect(minter.idToken({ ...base, lifetimeSeconds })).rejects.toMatchObject({
        code: 'config/invalid',
        detail: { longest: policy.tokenLifetime },
      });
    },
  );

  it.each([
    ['no subject', { subject: '' }],
    ['no audience', { audience: [] as unknown as readonly [string] }],
    ['an empty audience', { audience: ['app', ''] as const }],
  ])('refuses %s, which no verifier takes', async (_what, change) => {
    await expect(minter.idToken({ ...base, ...change })).rejects.toMatchObject({ code: 'config/invalid' });
    const access = { ...base, ...change, clientId: 'app', scope: [] };
    await expect(minter.accessToken(access)).rejects.toMatchObject({ code: 'config/invalid' });
  });
});
