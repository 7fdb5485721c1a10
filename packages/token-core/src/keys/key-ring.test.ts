import { generateKeyPairSync } from 'node:crypto';
import type { Json } from '@ostiary/primitives';
import { createMemoryDriver } from '@ostiary/storage-memory';
import { calculateJwkThumbprint } from 'jose';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { policy, testTime, type World, watched, world } from '../../test/support.ts';
import { hasSigningKeys } from './has-signing-keys.ts';
import { createKeyRing, type KeyRing } from './key-ring.ts';
import type { RotationPolicy } from './rotation-policy.ts';

const RECORD = ['signing-keys', 'current'] as const;
const LEAD = 720;

interface StoredKey {
  readonly kid: string;
  readonly alg: string;
  readonly jwk: Readonly<Record<string, string>>;
}

async function storedKeys({ storage }: World): Promise<readonly StoredKey[]> {
  const record = (await storage.get(RECORD))?.value as unknown as { readonly d: { readonly keys: StoredKey[] } };
  return record.d.keys;
}

const kidsOf = (ring: KeyRing) => ring.publicKeys().keys.map(({ kid }) => kid);
const open = (at: World, changes: Partial<RotationPolicy> = {}) =>
  createKeyRing({ storage: at.storage, deps: at.deps, policy: { ...policy, ...changes } });

afterEach(() => vi.restoreAllMocks());

describe('createKeyRing', () => {
  it('makes one key per algorithm in an empty storage, ready to sign', async () => {
    const ring = await open(world(), { algorithms: ['RS256', 'ES256', 'EdDSA'] });
    expect(ring.publicKeys().keys.map(({ alg }) => alg)).toEqual(['RS256', 'ES256', 'EdDSA']);
    expect(ring.signer().alg).toBe('RS256');
    for (const algorithm of ring.algorithms) expect(ring.signer(algorithm).alg).toBe(algorithm);
  });

  it('is seen by who looks whether the storage is in use', async () => {
    const at = world();
    expect(await hasSigningKeys(at.storage)).toBe(false);
    await open(at);
    expect(await hasSigningKeys(at.storage)).toBe(true);
  });

  it('makes RSA keys of 2048 bits', async () => {
    const [key] = (await open(world(), { algorithms: ['RS256'] })).publicKeys().keys;
    expect(Buffer.from(key?.n ?? '', 'base64url')).toHaveLength(256);
  });

  it('agrees with replicas that start at the same moment', async () => {
    const at = world();
    const rings = await Promise.all(Array.from({ length: 5 }, () => open(at, { algorithms: ['ES256', 'RS256'] })));
    expect(new Set(rings.map((ring) => kidsOf(ring).join())).size).toBe(1);
    expect(await storedKeys(at)).toHaveLength(2);
  });

  it('serves a replica whose clock is late', async () => {
    const at = world();
    const first = await open(at);
    const late = testTime(at.time.now().getTime() - 50_000);
    const second = await createKeyRing({ storage: at.storage, policy, deps: { ...at.deps, now: late.now } });
    expect(second.signer().kid).toBe(first.signer().kid);
  });

  it.each([
    ['a period of 0', { rotationPeriod: 0 }, 'rotationPeriod'],
    ['half a second', { tokenLifetime: 0.5 }, 'tokenLifetime'],
    ['a negative cache', { verifierCache: -1 }, 'verifierCache'],
    ['no algorithm', { algorithms: [] as never }, 'at least one algorithm'],
    ['an unknown algorithm', { algorithms: ['HS256'] as never }, 'at least one algorithm'],
  ])('refuses a policy with %s', async (_what, changes, message) => {
    await expect(open(world(), changes)).rejects.toMatchObject({
      code: 'config/invalid',
      message: expect.stringContaining(message),
    });
  });

  it('warns of a period that is shorter than keys must be known for', async () => {
    const at = world();
    await open(at, { rotationPeriod: 300 });
    expect(at.lines).toContainEqual({
      level: 'warn',
      event: 'keys.period_too_short',
      fields: { rotationPeriod: 300, used: LEAD },
    });
  });

  it.each<[string, Json]>([
    ['a newer release wrote', { v: 2, d: { keys: 'in another form' } }],
    ['holds no key', { v: 1, d: { keys: [] } }],
    ['is no record', 'text'],
  ])('stops at a record that %s, and leaves it as it is', async (_what, value) => {
    const at = world();
    await at.storage.put(RECORD, value, { ifVersion: 'absent' });
    await expect(open(at)).rejects.toMatchObject({ code: 'storage/corrupt' });
    expect((await at.storage.get(RECORD))?.value).toEqual(value);
  });

  it('stops at a record whose key is not the one its id names, and at two keys with one id', async () => {
    const at = world();
    await open(at);
    const [key] = await storedKeys(at);
    for (const keys of [[{ ...key, kid: 'other' }], [key, key]]) {
      await at.storage.put(RECORD, { v: 1, d: { keys } } as unknown as Json, { ifVersion: 'any' });
      await expect(open(at)).rejects.toMatchObject({ code: 'storage/corrupt' });
    }
  });

  it('stops at a record whose RSA key is too short to be believed', async () => {
    const at = world();
    await open(at, { algorithms: ['RS256'] });
    const [key] = await storedKeys(at);
    const jwk = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey.export({ format: 'jwk' });
    const short = { ...key, jwk, kid: await calculateJwkThumbprint(jwk) };
    await at.storage.put(RECORD, { v: 1, d: { keys: [short] } } as unknown as Json, { ifVersion: 'any' });
    await expect(open(at, { algorithms: ['RS256'] })).rejects.toMatchObject({
      code: 'storage/corrupt',
      cause: expect.objectContaining({ message: expect.stringContaining('2048') }),
    });
  });

  it('fails to start without its storage', async () => {
    const at = world();
    const storage = watched(at.storage);
    storage.down = true;
    await expect(createKeyRing({ storage, policy, deps: at.deps })).rejects.toMatchObject({
      code: 'storage/unavailable',
    });
  });

  it('tells an operator that clocks differ, once until they do not', async () => {
    const at = world();
    await open(at);
    const told = () => at.lines.filter(({ event }) => event === 'keys.clocks_differ');
    const behind = testTime(at.time.now().getTime() - 90_000);
    const ring = await createKeyRing({ storage: at.storage, policy, deps: { ...at.deps, now: behind.now } });
    await ring.refresh();
    expect(told()).toEqual([{ level: 'error', event: 'keys.clocks_differ', fields: { aheadSeconds: 90 } }]);
    behind.advance(60);
    await ring.refresh();
    behind.advance(-50);
    await ring.refresh();
    expect(told().map(({ fields }) => fields)).toEqual([{ aheadSeconds: 90 }, { aheadSeconds: 80 }]);
  });

  it('writes no private member into its log', async () => {
    const at = world();
    const ring = await open(at, { algorithms: ['RS256', 'EdDSA'] });
    at.time.advance(policy.rotationPeriod);
    await ring.refresh();
    const secrets = (await storedKeys(at)).flatMap(({ jwk }) => ['d', 'p', 'q'].map((name) => jwk[name] ?? 'none'));
    const log = JSON.stringify(at.lines);
    for (const secret of secrets) expect(log).not.toContain(secret);
  });
});

describe('rotation in a ring', () => {
  it('publishes the next key, hands over when it is due, and forgets the old one in two steps', async () => {
    const at = world();
    const ring = await open(at);
    const first = ring.signer().kid;
    at.time.advance(policy.rotationPeriod - LEAD);
    await ring.refresh();
    const [, second] = kidsOf(ring);
    expect(ring.signer().kid).toBe(first);
    at.time.advance(LEAD);
    await ring.refresh();
    expect(ring.signer().kid).toBe(second);
    expect(kidsOf(ring)).toEqual([second, first]);
    at.time.advance(60);
    await ring.refresh();
    expect((await storedKeys(at)).map(({ jwk }) => jwk.d !== undefined)).toEqual([false, true]);
    at.time.advance(policy.tokenLifetime + policy.verifierCache - 1);
    expect(kidsOf(ring)).toEqual([second, first]);
    at.time.advance(1);
    expect(kidsOf(ring)).toEqual([second]);
    await ring.refresh();
    expect((await storedKeys(at)).map(({ kid }) => kid)).toEqual([second]);
  });

  it('hands over to the second without a refresh in between', async () => {
    const at = world();
    const ring = await open(at);
    at.time.advance(policy.rotationPeriod - LEAD);
    await ring.refresh();
    const [first, second] = kidsOf(ring);
    at.time.advance(LEAD - 1);
    await ring.refresh();
    expect(ring.signer().kid).toBe(first);
    at.time.advance(1);
    expect(ring.signer().kid).toBe(second);
  });

  it('keeps only the public half of a retired key, in the stored record too', async () => {
    const at = world();
    const ring = await open(at, { algorithms: ['RS256'] });
    at.time.advance(policy.rotationPeriod);
    await ring.refresh();
    at.time.advance(LEAD + 60);
    await ring.refresh();
    const [old] = await storedKeys(at);
    expect(Object.keys(old?.jwk ?? {}).sort()).toEqual(['e', 'kty', 'n']);
  });

  it('lets one replica rotate and the others follow', async () => {
    const at = world();
    const rings = [await open(at), await open(at), await open(at)];
    at.time.advance(policy.rotationPeriod);
    await Promise.all(rings.map((ring) => ring.refresh()));
    expect(new Set(rings.map((ring) => kidsOf(ring).join())).size).toBe(1);
    expect(await storedKeys(at)).toHaveLength(2);
  });

  it('signs with what is ready while a new default algorithm waits for its turn', async () => {
    const at = world();
    await open(at, { algorithms: ['ES256'] });
    at.time.advance(10);
    const ring = await open(at, { algorithms: ['EdDSA'] });
    expect(ring.signer().alg).toBe('ES256');
    expect(() => ring.signer('EdDSA')).toThrow('ready yet');
    at.time.advance(LEAD);
    await ring.refresh();
    expect(ring.signer().alg).toBe('EdDSA');
  });
});

describe('a ring without its storage', () => {
  it('signs while no other replica can have replaced its key, then refuses, then recovers', async () => {
    const at = world();
    const storage = watched(at.storage);
    const ring = await createKeyRing({ storage, policy, deps: at.deps });
    storage.down = true;
    at.time.advance(659);
    await ring.refresh();
    expect(at.lines.at(-1)).toMatchObject({
      level: 'error',
      event: 'keys.refresh_failed',
      fields: { ageSeconds: 659 },
    });
    expect(ring.signer().alg).toBe('EdDSA');
    at.time.advance(1);
    expect(() => ring.signer()).toThrow(expect.objectContaining({ code: 'keys/unavailable' }));
    expect(ring.publicKeys().keys).toHaveLength(1);
    storage.down = false;
    await ring.refresh();
    expect(ring.signer().alg).toBe('EdDSA');
  });

  it('reads its keys at once when it is asked to sign after a clock that jumped', async () => {
    const at = world();
    const storage = watched(at.storage);
    const ring = await createKeyRing({ storage, policy, deps: at.deps });
    at.time.advance(7200);
    expect(() => ring.signer()).toThrow(expect.objectContaining({ code: 'keys/unavailable' }));
    await vi.waitFor(() => expect(ring.signer().alg).toBe('EdDSA'));
  });

  it('asks a storage that is away once in a few seconds, however often it is asked to sign', async () => {
    const at = world();
    const storage = watched(at.storage);
    const ring = await createKeyRing({ storage, policy, deps: at.deps });
    storage.down = true;
    at.time.advance(7200);
    for (let call = 0; call < 20; call += 1) expect(() => ring.signer()).toThrow();
    await vi.waitFor(() => expect(at.lines).toHaveLength(2));
    for (let call = 0; call < 20; call += 1) expect(() => ring.signer()).toThrow();
    await new Promise((resolve) => setImmediate(resolve));
    expect(at.lines.map(({ event }) => event)).toEqual(['keys.published', 'keys.refresh_failed']);
  });

  it('promises verifiers less and less', async () => {
    const at = world();
    const ring = await open(at);
    const ages = [0, 60, 1, 298, 300, 1, 1000].map((seconds) => {
      at.time.advance(seconds);
      return ring.maxAgeSeconds;
    });
    expect(ages).toEqual([600, 600, 599, 301, 1, 0, 0]);
  });

  it('tells a health check until when it is safe', async () => {
    const at = world();
    const ring = await open(at);
    const { loadedAt, freshUntil, keys } = ring.status();
    expect([loadedAt.toISOString(), freshUntil.toISOString()]).toEqual([
      '2031-01-01T00:00:00.000Z',
      '2031-01-01T00:11:00.000Z',
    ]);
    const first = { kid: ring.signer().kid, alg: 'EdDSA', activeFrom: new Date('2030-12-31T23:59:00Z') };
    expect(keys).toEqual([{ ...first, phase: 'active' }]);
    at.time.advance(policy.rotationPeriod);
    await ring.refresh();
    const handOver = new Date('2031-01-01T06:12:00Z');
    expect(ring.status().keys).toEqual([
      { ...first, phase: 'active', activeUntil: handOver },
      { kid: kidsOf(ring).at(-1), alg: 'EdDSA', phase: 'published', activeFrom: handOver },
    ]);
  });

  it('does not take over a record that a newer release wrote', async () => {
    const at = world();
    const ring = await open(at);
    const before = kidsOf(ring);
    await at.storage.put(RECORD, { v: 9, d: null }, { ifVersion: 'any' });
    await ring.refresh();
    expect(kidsOf(ring)).toEqual(before);
    expect((await at.storage.get(RECORD))?.value).toEqual({ v: 9, d: null });
  });
});

describe('the memory of a ring', () => {
  it('answers signing, JWKS and verification without the storage', async () => {
    const at = world();
    const storage = watched(at.storage);
    const ring = await createKeyRing({ storage, policy, deps: at.deps });
    const { get, put } = storage.calls;
    const signer = ring.signer();
    await signer.sign(new TextEncoder().encode('{}'));
    expect(ring.publicKeys()).toBe(ring.publicKeys());
    await ring.verificationKey(signer.kid);
    expect(storage.calls).toEqual({ get, put });
  });

  it('writes nothing when nothing is due, and reads once', async () => {
    const at = world();
    const storage = watched(at.storage);
    const ring = await createKeyRing({ storage, policy, deps: at.deps });
    for (const seconds of [0, policy.rotationPeriod, LEAD + 60]) {
      at.time.advance(seconds);
      await ring.refresh();
      const { get, put } = storage.calls;
      await Promise.all([ring.refresh(), ring.refresh(), ring.refresh()]);
      expect(storage.calls).toEqual({ get: get + 1, put });
    }
  });

  it('imports a key once, not at every refresh', async () => {
    const ring = await open(world());
    const imports = vi.spyOn(globalThis.crypto.subtle, 'importKey');
    await ring.refresh();
    await ring.signer().sign(new Uint8Array());
    expect(imports).not.toHaveBeenCalled();
  });

  it('asks the storage for an unknown key, but strangers cannot make it ask often', async () => {
    const at = world();
    const storage = watched(at.storage);
    const ring = await createKeyRing({ storage, policy, deps: at.deps });
    const asked = async () => {
      const before = storage.calls.get;
      await Promise.all(['x', 'y', 'z'].map((kid) => ring.verificationKey(kid)));
      return storage.calls.get - before;
    };
    expect(await asked()).toBe(0);
    at.time.advance(5);
    expect(await asked()).toBe(1);
    expect(await asked()).toBe(0);
    at.time.advance(5);
    storage.down = true;
    expect(await ring.verificationKey('x')).toBeUndefined();
  });

  it('finds the key that another replica made', async () => {
    const at = world();
    const [one, two] = [await open(at), await open(at)];
    at.time.advance(policy.rotationPeriod);
    await one.refresh();
    const kid = kidsOf(one).at(-1) ?? '';
    expect(kidsOf(two)).not.toContain(kid);
    expect(await two.verificationKey(kid)).toMatchObject({ kid, alg: 'EdDSA' });
  });

  it('signs no more once it is disposed of', async () => {
    const ring = await open(world());
    await ring[Symbol.asyncDispose]();
    expect(() => ring.signer()).toThrow(expect.objectContaining({ code: 'keys/unavailable' }));
  });

  it('keeps its keys apart from those of another storage', async () => {
    const at = world();
    const other = createMemoryDriver({ now: at.time.now });
    const [one, two] = [await open(at), await createKeyRing({ storage: other, policy, deps: at.deps })];
    expect(one.signer().kid).not.toBe(two.signer().kid);
  });
});
