/**
 * Records and tokens of every released form, kept for ever. The keys in `golden/` were made for these tests and are
 * used nowhere else.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from '@ostiary/primitives';
import { checkGoldenRecords } from '@ostiary/storage-sdk/conformance';
import { describe, expect, it } from 'vitest';
import { createKeyRing, createMinter, createSealer, createVerifier, type SigningAlgorithm } from '../src/index.ts';
import { type SigningKey, signingKeysKind } from '../src/keys/key-record.ts';
import type { SharedKey } from '../src/rotation/shared-keys.ts';
import { type SealingAlgorithm, sealingKeysKind } from '../src/sealing/sealing-keys.ts';
import { issuer, policy, type World, world } from './support.ts';

const read = (name: string) => readFileSync(join(import.meta.dirname, 'golden', name), 'utf8');
const json = <T>(name: string): T => JSON.parse(read(name));

/** Stored form, version 1. */
interface Stored<K> {
  readonly v: 1;
  readonly d: { readonly keys: readonly K[] };
}
const signingKeys = json<Stored<SigningKey>>('signing-keys.v1.json');
const sealingKeys = json<Stored<SharedKey<SealingAlgorithm>>>('sealing-keys.v1.json');
const tokens = json<Record<SigningAlgorithm, string>>('id-tokens.json');
const asJson = (value: unknown) => value as Json;

/** A world whose storage holds the golden keys, at the time they were made, with the randomness they were made with. */
async function goldenWorld(): Promise<World> {
  const at = world();
  await at.storage.put(['signing-keys', 'current'], asJson(signingKeys), { ifVersion: 'absent' });
  await at.storage.put(['sealing-keys', 'current'], asJson(sealingKeys), { ifVersion: 'absent' });
  const random = (length: number) => Uint8Array.from({ length }, (_, index) => index + length);
  return { ...at, deps: { ...at.deps, random } };
}

async function goldenIssuer() {
  const { storage, deps } = await goldenWorld();
  const keys = await createKeyRing({ storage, deps, policy: { ...policy, algorithms: ['RS256', 'ES256', 'EdDSA'] } });
  return { deps, minter: createMinter({ issuer, keys, ...deps }), verifier: createVerifier({ issuer, keys, ...deps }) };
}

describe('stored keys', () => {
  it('are read and written as they always were', () => {
    expect(checkGoldenRecords(signingKeysKind, [{ stored: asJson(signingKeys), value: signingKeys.d.keys }])).toEqual(
      [],
    );
    expect(checkGoldenRecords(sealingKeysKind, [{ stored: asJson(sealingKeys), value: sealingKeys.d.keys }])).toEqual(
      [],
    );
  });
});

describe('an ID token', () => {
  const input = {
    subject: 'CgNmb28SA2Jhcg',
    audience: ['app', 'cluster'],
    authorizedParty: 'app',
    lifetimeSeconds: 600,
    nonce: 'n',
    sessionId: 's',
    accessToken: 'at',
    code: 'co',
    claims: { email: 'foo@example.com', email_verified: true, groups: ['a', 'b'], name: 'Foo' },
  } as const;

  it.each(['RS256', 'EdDSA'] as const)('signed with %s has the bytes it always had', async (algorithm) => {
    const { minter, deps } = await goldenIssuer();
    const { token } = await minter.idToken({ ...input, algorithm, authTime: deps.now() });
    expect(token).toBe(tokens[algorithm]);
  });

  it('signed with ES256 differs in nothing but the signature, which is random', async () => {
    const { minter, deps } = await goldenIssuer();
    const { token } = await minter.idToken({ ...input, algorithm: 'ES256', authTime: deps.now() });
    const signed = (text: string) => text.slice(0, text.lastIndexOf('.'));
    expect(signed(token)).toBe(signed(tokens.ES256));
    expect(token).not.toBe(tokens.ES256);
  });

  it.each(['RS256', 'ES256', 'EdDSA'] as const)(
    'of an older release, signed with %s, still verifies',
    async (algorithm) => {
      const { verifier } = await goldenIssuer();
      expect(await verifier.idToken(tokens[algorithm], { audience: 'cluster' })).toMatchObject({
        claims: { sub: 'CgNmb28SA2Jhcg', jti: '10111213-1415-4617-9819-1a1b1c1d1e1f' },
      });
    },
  );
});

it('opens what an older release sealed', async () => {
  const sealer = await createSealer(await goldenWorld());
  expect(await sealer.open(read('sealed.txt').trim(), { purpose: 'login' })).toEqual({ user: 'foo' });
});
