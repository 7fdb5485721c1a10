/**
 * Several replicas, each with its own clock, policy and storage outages, and verifiers that keep what any of them
 * serves for as long as it says. Whatever happens, a token that has not expired must verify with every JWKS that
 * somebody may still hold.
 */
import { randomBytes } from 'node:crypto';
import { silentLogger } from '@ostiary/primitives';
import { createMemoryData, createMemoryDriver } from '@ostiary/storage-memory';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createKeyRing, type KeyRing, type RotationPolicy } from '../src/index.ts';
import { START, type WatchedDriver, watched } from './support.ts';

const REPLICAS = 3;
const random = (length: number) => new Uint8Array(randomBytes(length));

const policies: readonly RotationPolicy[] = [
  { algorithms: ['EdDSA'], rotationPeriod: 900, tokenLifetime: 300, verifierCache: 120 },
  { algorithms: ['EdDSA'], rotationPeriod: 300, tokenLifetime: 60, verifierCache: 30 },
  { algorithms: ['EdDSA', 'ES256'], rotationPeriod: 1_500, tokenLifetime: 900, verifierCache: 600 },
  { algorithms: ['ES256', 'EdDSA'], rotationPeriod: 600, tokenLifetime: 120, verifierCache: 60 },
];
const anyPolicy = fc.integer({ min: 0, max: policies.length - 1 });

interface Replica {
  /** How far its clock is from the true time, in seconds. */
  readonly skew: number;
  readonly storage: WatchedDriver;
  ring: KeyRing;
  policy: RotationPolicy;
  refreshedAt: number;
}

interface MintedToken {
  readonly kid: string;
  readonly from: number;
  readonly expires: number;
}

interface HeldJwks {
  readonly kids: readonly string[];
  readonly from: number;
  readonly until: number;
}

const step = fc.record({
  pause: fc.integer({ min: 1, max: 29 }),
  replica: fc.nat(REPLICAS - 1),
  event: fc.oneof(
    { weight: 30, arbitrary: fc.constant('nothing' as const) },
    { weight: 2, arbitrary: fc.constant('outage' as const) },
    { weight: 3, arbitrary: fc.constant('recovery' as const) },
    { weight: 2, arbitrary: fc.constant('restart' as const) },
  ),
  policy: anyPolicy,
});

const history = fc.record({
  skews: fc.array(fc.integer({ min: -30, max: 30 }), { minLength: REPLICAS, maxLength: REPLICAS }),
  first: anyPolicy,
  steps: fc.array(step, { minLength: 150, maxLength: 250, size: 'max' }),
});

type History = typeof history extends fc.Arbitrary<infer H> ? H : never;

class Simulation {
  readonly tokens: MintedToken[] = [];
  readonly held: HeldJwks[] = [];
  readonly replicas: Replica[] = [];
  #time = START / 1000;
  readonly #data = createMemoryData();

  async start({ skews, first }: History): Promise<void> {
    for (const skew of skews) {
      const storage = watched(createMemoryDriver({ now: () => new Date(START), data: this.#data }));
      const policy = policies[first] ?? policies[0];
      if (policy === undefined) throw new Error('there is no policy');
      const ring = await this.#open({ skew, storage, policy });
      this.replicas.push({ skew, storage, ring, policy, refreshedAt: this.#time });
    }
  }

  async take({ pause, replica: index, event, policy }: History['steps'][number]): Promise<void> {
    this.#time += pause;
    const replica = this.replicas[index];
    if (replica === undefined) throw new Error('there is no such replica');
    if (event === 'outage') replica.storage.down = true;
    if (event === 'recovery') replica.storage.down = false;
    if (event === 'restart' && !replica.storage.down) {
      replica.policy = policies[policy] ?? replica.policy;
      replica.ring = await this.#open(replica);
      replica.refreshedAt = this.#time;
    }
    for (const one of this.replicas) await this.#use(one);
  }

  /** What a timer, a person who logs in and a verifier do. */
  async #use(replica: Replica): Promise<void> {
    if (this.#time - replica.refreshedAt >= 30) {
      await replica.ring.refresh();
      replica.refreshedAt = this.#time;
    }
    const { ring, policy, skew } = replica;
    const kids = ring.publicKeys().keys.map(({ kid }) => kid);
    // With max-age 0 nobody keeps it: that is how a replica says that it has lost touch.
    if (ring.maxAgeSeconds > 0) this.held.push({ kids, from: this.#time, until: this.#time + ring.maxAgeSeconds });
    for (const algorithm of ring.algorithms) {
      const kid = readySigner(ring, algorithm);
      // Expiry is a stamp of the minting clock, and may be read on a clock that is a minute behind it.
      const expires = this.#time + skew + policy.tokenLifetime + 30;
      if (kid !== undefined) this.tokens.push({ kid, from: this.#time, expires });
    }
  }

  #open({ skew, storage, policy }: Pick<Replica, 'skew' | 'storage' | 'policy'>): Promise<KeyRing> {
    const now = () => new Date((this.#time + skew) * 1000);
    return createKeyRing({ storage, policy, deps: { now, random, log: silentLogger } });
  }
}

function readySigner(ring: KeyRing, algorithm: KeyRing['algorithms'][number]): string | undefined {
  try {
    return ring.signer(algorithm).kid;
  } catch {
    return undefined;
  }
}

/** Pairs of a token and a JWKS that were alive at the same time, where the JWKS lacks the token's key. */
function misses({ tokens, held }: Simulation): readonly { readonly token: MintedToken; readonly jwks: HeldJwks }[] {
  return tokens.flatMap((token) =>
    held
      .filter((jwks) => jwks.from < token.expires && token.from < jwks.until && !jwks.kids.includes(token.kid))
      .map((jwks) => ({ token, jwks })),
  );
}

it('lets every unexpired token verify with every JWKS that a verifier may hold', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(history, async (past) => {
      const simulation = new Simulation();
      await simulation.start(past);
      for (const one of past.steps) await simulation.take(one);
      expect(misses(simulation)).toEqual([]);
      expect(simulation.tokens.length).toBeGreaterThan(0);
    }),
    { numRuns: 25, endOnFailure: true },
  );
});

it('has one signer per algorithm at any time, the same on all replicas in touch with the storage', async () => {
  await fc.assert(
    fc.asyncProperty(history, async (past) => {
      const simulation = new Simulation();
      await simulation.start({ ...past, skews: past.skews.map(() => 0) });
      for (const one of past.steps) {
        await simulation.take(one.event === 'outage' ? { ...one, event: 'nothing' } : one);
        const signers = simulation.replicas.map(({ ring }) => readySigner(ring, 'EdDSA'));
        expect(new Set(signers).size).toBe(1);
        expect(signers[0]).toBeDefined();
      }
    }),
    { numRuns: 15, endOnFailure: true },
  );
});
