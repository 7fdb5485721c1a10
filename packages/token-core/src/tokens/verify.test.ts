/** Tokens that somebody else made, or that were changed on the way. None of them may pass. */
import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import type { JsonObject } from '@ostiary/primitives';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { issuer, policy, START, type World, world } from '../../test/support.ts';
import { createKeyRing, type KeyRing } from '../keys/key-ring.ts';
import type { Signer } from '../keys/signer.ts';
import { signCompact } from './jws.ts';
import { createMinter, type Minter } from './mint.ts';
import { createVerifier, type Verifier } from './verify.ts';

const base = { subject: 'CgNmb28SA2Jhcg', audience: ['app'], lifetimeSeconds: 600, claims: { email: 'e' } } as const;
const iat = START / 1000;
const good: JsonObject = { iss: issuer, sub: 'x', aud: 'app', exp: iat + 600, iat, jti: 'j' };

let at: World;
let keys: KeyRing;
let minter: Minter;
let verifier: Verifier;
let signer: Signer;

beforeAll(async () => {
  at = world();
  keys = await createKeyRing({
    storage: at.storage,
    deps: at.deps,
    policy: { ...policy, algorithms: ['RS256', 'EdDSA'] },
  });
  minter = createMinter({ issuer, keys, ...at.deps });
  verifier = createVerifier({ issuer, keys, now: at.time.now });
  signer = keys.signer('RS256');
});

const part = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const refused = (reason: string) => expect.objectContaining({ code: 'token/invalid', detail: { reason } });
const signed = (claims: unknown, typ?: string) =>
  signCompact(typeof claims === 'string' ? claims : JSON.stringify(claims), { signer, typ });

describe('what was minted here', () => {
  it.each(['RS256', 'EdDSA'] as const)('passes, signed with %s', async (algorithm) => {
    const { token } = await minter.idToken({ ...base, algorithm });
    expect(await verifier.idToken(token, { audience: 'app' })).toMatchObject({
      claims: { email: 'e' },
      typ: undefined,
    });
    const access = await minter.accessToken({ ...base, algorithm, clientId: 'app', scope: ['openid'] });
    expect(await verifier.accessToken(access.token)).toMatchObject({ claims: { scope: 'openid' }, typ: 'at+jwt' });
  });

  it('passes in no other spelling of the same bytes', async () => {
    const { token } = await minter.idToken({ ...base, algorithm: 'RS256' });
    // 256 bytes leave four bits of the last sign unused.
    const spelled = ['B', 'R', 'h', 'x']['AQgw'.indexOf(token.slice(-1))] ?? '';
    const respelled = `${token.slice(0, -1)}${spelled}`;
    expect(Buffer.from(respelled.split('.')[2] ?? '', 'base64url')).toHaveLength(256);
    await expect(verifier.idToken(respelled, { audience: 'app' })).rejects.toThrow(refused('parts'));
  });

  it('passes to its last second and not in the next', async () => {
    const { token } = await minter.accessToken({ ...base, clientId: 'app', scope: [] });
    const later = (milliseconds: number) =>
      createVerifier({ issuer, keys, now: () => new Date(START + milliseconds) }).accessToken(token);
    expect(await later(599_999)).toMatchObject({ typ: 'at+jwt' });
    await expect(later(600_000)).rejects.toThrow(refused('exp'));
  });

  it('may be old when it is a hint', async () => {
    const { token } = await minter.idToken(base);
    const later = createVerifier({ issuer, keys, now: () => new Date(START + 700_000) });
    await expect(later.idToken(token)).rejects.toThrow(refused('exp'));
    expect(await later.idToken(token, { ignoreExpiry: true })).toMatchObject({ claims: { aud: 'app' } });
  });

  it('must be meant for the audience that is asked for', async () => {
    const one = (await minter.idToken(base)).token;
    const many = (await minter.idToken({ ...base, audience: ['app', 'cluster'] })).token;
    await expect(verifier.idToken(one, { audience: 'ap' })).rejects.toThrow(refused('aud'));
    expect(await verifier.idToken(many, { audience: 'cluster' })).toBeDefined();
  });

  it('is not taken for the other kind of token', async () => {
    const id = (await minter.idToken(base)).token;
    const access = (await minter.accessToken({ ...base, clientId: 'app', scope: [] })).token;
    await expect(verifier.accessToken(id)).rejects.toThrow(refused('typ'));
    await expect(verifier.idToken(access)).rejects.toThrow(refused('typ'));
  });

  it('is neither an ID token nor an access token when it tells of a logout', async () => {
    const { token } = await minter.logoutToken({ subject: base.subject, clientId: 'app', sessionId: 's' });
    await expect(verifier.accessToken(token)).rejects.toThrow(refused('typ'));
    await expect(verifier.idToken(token, { audience: 'app' })).rejects.toThrow(refused('typ'));
    await expect(verifier.idToken(token, { ignoreExpiry: true })).rejects.toThrow(refused('typ'));
  });
});

describe('a forged header', () => {
  const forged = (header: unknown, signature = 'AAAA') => `${part(header)}.${part(good)}.${signature}`;

  it.each(['none', 'None', 'NONE'])('with the algorithm %s is refused', async (alg) => {
    await expect(verifier.idToken(forged({ alg, kid: signer.kid }, ''))).rejects.toThrow(refused('alg'));
    await expect(verifier.idToken(forged({ alg }, ''))).rejects.toThrow(refused('header'));
  });

  it('with HS256 and the public key as the secret is refused', async () => {
    const jwk = keys.publicKeys().keys.find(({ kid }) => kid === signer.kid);
    for (const secret of [JSON.stringify(jwk), jwk?.n ?? '', Buffer.from(jwk?.n ?? '', 'base64url')]) {
      const input = `${part({ alg: 'HS256', kid: signer.kid })}.${part(good)}`;
      const token = `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
      await expect(verifier.idToken(token)).rejects.toThrow(refused('alg'));
    }
  });

  it.each(['RS384', 'RS512', 'PS256', 'ES256', 'EdDSA', 'rs256'])(
    'with %s for an RS256 key is refused',
    async (alg) => {
      await expect(verifier.idToken(forged({ alg, kid: signer.kid }))).rejects.toThrow(refused('alg'));
    },
  );

  it.each([
    ['no kid', { alg: 'RS256' }, 'header'],
    ['a kid that is no text', { alg: 'RS256', kid: 1 }, 'header'],
    ['a kid nobody published', { alg: 'RS256', kid: '../../dev/null' }, 'kid'],
    ['a kid that objects inherit', { alg: 'RS256', kid: '__proto__' }, 'kid'],
    ['a typ that is no text', { alg: 'RS256', kid: 'k', typ: 1 }, 'header'],
    ['crit', { alg: 'RS256', kid: 'k', crit: ['b64'], b64: false }, 'header'],
    ['a key of its own', { alg: 'RS256', kid: 'k', jwk: {} }, 'header'],
    ['the address of a key', { alg: 'RS256', kid: 'k', jku: 'https://evil.example' }, 'header'],
    ['a certificate', { alg: 'RS256', kid: 'k', x5c: [] }, 'header'],
    ['compression', { alg: 'RS256', kid: 'k', zip: 'DEF' }, 'header'],
    ['a list', [], 'header'],
    ['no JSON', 'x', 'header'],
    ['a member twice', '{"alg":"none","alg":"RS256","kid":"k"}', 'header'],
    ['spaces', '{"alg":"RS256", "kid":"k"}', 'header'],
  ])('with %s is refused', async (_what, header, reason) => {
    await expect(verifier.idToken(forged(header))).rejects.toThrow(refused(reason));
  });
});

describe('a forged or broken body', () => {
  it('signed with a key of the same kind is refused', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const input = `${part({ alg: 'RS256', kid: signer.kid })}.${part(good)}`;
    const token = `${input}.${sign('sha256', Buffer.from(input), privateKey).toString('base64url')}`;
    await expect(verifier.idToken(token)).rejects.toThrow(refused('signature'));
  });

  it('is refused wherever one character was changed', async () => {
    const { token } = await minter.idToken(base);
    await fc.assert(
      fc.asyncProperty(fc.nat(token.length - 1), fc.constantFrom(...'Aa0-_.=+ '), async (index, character) => {
        fc.pre(token[index] !== character);
        const changed = token.slice(0, index) + character + token.slice(index + 1);
        await expect(verifier.idToken(changed)).rejects.toMatchObject({ code: 'token/invalid' });
      }),
      { numRuns: 150 },
    );
  });

  it.each<[string, (token: string) => unknown, string]>([
    ['nothing', () => '', 'parts'],
    ['no text', () => undefined, 'size'],
    ['two parts', (token) => token.split('.').slice(0, 2).join('.'), 'parts'],
    ['four parts', (token) => `${token}.x`, 'parts'],
    ['five parts, as encryption has', (token) => `${token}.x.y`, 'parts'],
    ['an empty signature', (token) => token.replace(/[^.]*$/, ''), 'signature'],
    ['a body of another token', (token) => token.replace(/\.[^.]*\./, `.${part(good)}.`), 'signature'],
    ['more than 64 KiB', (token) => token + 'A'.repeat(65_536), 'size'],
    ['JSON serialization', () => JSON.stringify({ payload: part(good), signatures: [] }), 'parts'],
  ])('is refused with %s', async (_what, change, reason) => {
    const { token } = await minter.idToken(base);
    await expect(verifier.idToken(change(token) as string)).rejects.toThrow(refused(reason));
  });

  it('never throws anything but token/invalid, whatever it gets', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string(),
          fc.tuple(fc.json(), fc.json()).map((two) => `${two.map(part).join('.')}.x`),
        ),
        async (text) => {
          await expect(verifier.idToken(text)).rejects.toMatchObject({ code: 'token/invalid' });
        },
      ),
    );
  });
});

describe('claims of a signed token', () => {
  it.each<[string, JsonObject | string, string]>([
    ['another issuer', { ...good, iss: 'https://login.example.com' }, 'iss'],
    ['the issuer with a slash', { ...good, iss: `${issuer}/` }, 'iss'],
    ['an empty sub', { ...good, sub: '' }, 'sub'],
    ['a sub that is a number', { ...good, sub: 1 }, 'sub'],
    ['an aud that is a number', { ...good, aud: 1 }, 'aud'],
    ['an empty aud', { ...good, aud: [] }, 'aud'],
    ['an aud with a number in it', { ...good, aud: ['app', 1] }, 'aud'],
    ['an exp that is text', { ...good, exp: '9999999999' }, 'exp'],
    ['an exp with a fraction', { ...good, exp: iat + 0.5 }, 'exp'],
    ['an iat that is text', { ...good, iat: '1' }, 'iat'],
    ['an nbf in the future', { ...good, nbf: iat + 1 }, 'nbf'],
    ['an nbf that is text', { ...good, nbf: '1' }, 'nbf'],
    ['an empty jti', { ...good, jti: '' }, 'jti'],
    ['a list for a body', '[]', 'payload'],
    ['a body that is no JSON', 'x', 'payload'],
    ['a body that is no UTF-8', '{"iss":"\ud800"}', 'iss'],
  ])('are refused with %s', async (_what, claims, reason) => {
    await expect(verifier.idToken(await signed(claims))).rejects.toThrow(refused(reason));
    await expect(verifier.accessToken(await signed(claims, 'at+jwt'))).rejects.toThrow(refused(reason));
  });

  it('may say from when it is good, once that time has come', async () => {
    const token = await signed({ ...good, nbf: iat });
    expect(await verifier.idToken(token)).toMatchObject({ claims: { nbf: iat } });
  });

  it.each(['iss', 'sub', 'aud', 'exp', 'iat', 'jti'])('are refused without %s', async (name) => {
    const { [name]: _gone, ...rest } = good;
    await expect(verifier.idToken(await signed(rest))).rejects.toThrow(refused(name));
    await expect(verifier.accessToken(await signed(rest, 'at+jwt'))).rejects.toThrow(refused(name));
  });

  it.each(['JWT', 'jwt', 'AT+JWT', 'application/at+jwt', ''])(
    'are refused in an access token of typ %j',
    async (typ) => {
      await expect(signed(good, typ).then((token) => verifier.accessToken(token))).rejects.toThrow(refused('typ'));
    },
  );

  it('do not get into the error', async () => {
    const token = await signed({ ...good, exp: 1, email: 'private@example.com' });
    const error: unknown = await verifier.idToken(token).catch((caught: unknown) => caught);
    expect(error).not.toHaveProperty('cause');
    expect(JSON.stringify(error) + String(error)).not.toContain('private@example.com');
  });
});
