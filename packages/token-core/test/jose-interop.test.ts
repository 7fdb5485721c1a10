/** What is minted here, a verifier that knows nothing of this code verifies: jose, with the JWKS as it is served. */
import { createLocalJWKSet, errors, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { createKeyRing, createMinter, type KeyRing } from '../src/index.ts';
import { issuer, policy, type World, world } from './support.ts';

const algorithms = ['RS256', 'ES256', 'EdDSA'] as const;
const base = { subject: 'CgNmb28SA2Jhcg', audience: ['app'], lifetimeSeconds: 600, claims: { groups: ['a'] } } as const;

async function setUp() {
  const at = world();
  const keys = await createKeyRing({ storage: at.storage, deps: at.deps, policy: { ...policy, algorithms } });
  return { at, keys, minter: createMinter({ issuer, keys, ...at.deps }) };
}

/** The JWKS after its way over the wire. */
const served = (keys: KeyRing) => createLocalJWKSet(JSON.parse(JSON.stringify(keys.publicKeys())));
const expected = ({ time }: World) => ({ issuer, audience: 'app', currentDate: time.now() });

describe.each(algorithms)('a token signed with %s', (algorithm) => {
  it('verifies as an ID token', async () => {
    const { at, keys, minter } = await setUp();
    const { token } = await minter.idToken({ ...base, algorithm });
    const { payload, protectedHeader } = await jwtVerify(token, served(keys), {
      ...expected(at),
      algorithms: [algorithm],
    });
    expect(payload).toMatchObject({ sub: base.subject, aud: 'app', groups: ['a'] });
    expect(protectedHeader).toEqual({ alg: algorithm, kid: keys.signer(algorithm).kid });
  });

  it('verifies as an access token', async () => {
    const { at, keys, minter } = await setUp();
    const { token } = await minter.accessToken({ ...base, algorithm, clientId: 'app', scope: ['openid'] });
    const { payload } = await jwtVerify(token, served(keys), { ...expected(at), typ: 'at+jwt' });
    expect(payload).toMatchObject({ client_id: 'app', scope: 'openid' });
  });

  it('verifies as a logout token, and as nothing else', async () => {
    const { at, keys, minter } = await setUp();
    const { token } = await minter.logoutToken({ subject: base.subject, clientId: 'app', sessionId: 's', algorithm });
    const { payload } = await jwtVerify(token, served(keys), { ...expected(at), typ: 'logout+jwt' });
    expect(payload).toMatchObject({ sub: base.subject, sid: 's' });
    for (const typ of ['JWT', 'at+jwt']) {
      const refused = { name: 'JWTClaimValidationFailed', claim: 'typ' };
      await expect(jwtVerify(token, served(keys), { ...expected(at), typ })).rejects.toMatchObject(refused);
    }
  });

  it('still verifies after its key has retired, until it expires', async () => {
    const { at, keys, minter } = await setUp();
    at.time.advance(policy.rotationPeriod);
    await keys.refresh();
    const { token } = await minter.idToken({ ...base, algorithm, lifetimeSeconds: policy.tokenLifetime });
    const { kid } = keys.signer(algorithm);
    for (let waited = 0; waited < policy.tokenLifetime - 30; waited += 30) {
      at.time.advance(30);
      await keys.refresh();
    }
    expect(keys.signer(algorithm).kid).not.toBe(kid);
    await jwtVerify(token, served(keys), expected(at));
    at.time.advance(60);
    await expect(jwtVerify(token, served(keys), expected(at))).rejects.toThrow(errors.JWTExpired);
  });

  it('does not verify with the keys of another issuer', async () => {
    const [one, other] = [await setUp(), await setUp()];
    const { token } = await one.minter.idToken({ ...base, algorithm });
    await expect(jwtVerify(token, served(other.keys), expected(one.at))).rejects.toThrow(errors.JWKSNoMatchingKey);
  });
});
