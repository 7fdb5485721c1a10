import { type Deps, OstiaryError } from '@ostiary/primitives';
import type { StorageDriver } from '@ostiary/storage-sdk';
import type { CryptoKey } from 'jose';
import { jwksMaxAge } from '../jwks/cache-lifetime.ts';
import { type PublicJwkSet, toPublicJwk } from '../jwks/jwk-set.ts';
import { freshFor, type Phase, phaseOf, publicationLead } from '../rotation/plan-rotation.ts';
import { type Loaded, openSharedKeys, type SharedKeys, secondsOf } from '../rotation/shared-keys.ts';
import { generateSigningKey, importSigningKey, withoutPrivateMembers } from './key-material.ts';
import { signingKeysKind } from './key-record.ts';
import { localSigner } from './local-signer.ts';
import { type RotationPolicy, toSchedule } from './rotation-policy.ts';
import type { Signer } from './signer.ts';
import type { SigningAlgorithm } from './signing-algorithms.ts';

/** The public half of a key of the ring, with the one algorithm it may be used with. */
export interface VerificationKey {
  readonly kid: string;
  readonly alg: SigningAlgorithm;
  readonly publicKey: CryptoKey;
}

/** The keys of an issuer: what signs now, what verifiers need. Everything but `refresh` is answered from memory. */
export interface KeyRing extends AsyncDisposable {
  /**
   * The key that signs at this moment.
   *
   * @param algorithm absent: the policy's first algorithm, or, just after the policy changed, one that has a key ready.
   * @throws {OstiaryError} `keys/unavailable` when the algorithm has no key ready, or the keys were not read from the
   * storage for so long that another replica may have replaced them. They are then read at once, not when a timer says.
   */
  signer(algorithm?: SigningAlgorithm): Signer;
  /** The policy's algorithms, the default first. */
  readonly algorithms: readonly SigningAlgorithm[];
  /** The longest life of a token that the ring's keys may sign, in seconds. */
  readonly tokenLifetime: number;
  /** What the JWKS endpoint serves. The same object until the keys change, so a host can keep its encoded form. */
  publicKeys(): PublicJwkSet;
  /** `max-age` for Cache-Control of the JWKS, in seconds. Smaller, down to 0, while the storage is out of reach. */
  readonly maxAgeSeconds: number;
  /** The published key of this id. For an unknown id the storage may be asked, at most once in a few seconds. */
  verificationKey(kid: string): Promise<VerificationKey | undefined>;
  /**
   * Reads the keys from the storage and rotates what is due (compare and set: replicas agree). Called by a timer, see
   * `keepFresh`. Never rejects: a failure is logged, and the keys in memory stay in use while that is safe.
   */
  refresh(): Promise<void>;
  /** For health checks, metrics and operators. */
  status(): KeyRingStatus;
}

/** The keys of a ring now, for health checks and people. No key material. */
export interface KeyRingStatus {
  readonly loadedAt: Date;
  /** Without a successful refresh the ring stops signing at this moment. */
  readonly freshUntil: Date;
  readonly keys: readonly KeyStatus[];
}

/** One key, without its material. */
export interface KeyStatus {
  readonly kid: string;
  readonly alg: SigningAlgorithm;
  readonly phase: Phase;
  readonly activeFrom: Date;
  readonly activeUntil?: Date;
}

/** Where the keys are, how they come and go, and what the ring works with. */
export interface KeyRingOptions {
  readonly storage: StorageDriver;
  readonly policy: RotationPolicy;
  readonly deps: Pick<Deps, 'now' | 'random' | 'log'>;
}

interface ReadyKey {
  readonly publicKey: CryptoKey;
  readonly signer?: Signer;
}

type Keys = SharedKeys<SigningAlgorithm, ReadyKey>;
type LoadedKey = Loaded<SigningAlgorithm, ReadyKey>;

/**
 * Opens the signing keys in `storage`, and makes the first ones when there are none.
 *
 * @throws {OstiaryError} `config/invalid` for a policy that cannot work; `storage/unavailable`; `storage/corrupt` for
 * a record that this release cannot read. Nothing is overwritten then.
 */
export async function createKeyRing({ storage, policy, deps }: KeyRingOptions): Promise<KeyRing> {
  const schedule = toSchedule(policy);
  const lead = publicationLead(policy.verifierCache);
  if (schedule.period < lead) {
    deps.log.warn('keys.period_too_short', { rotationPeriod: schedule.period, used: lead });
  }
  const keys: Keys = await openSharedKeys({
    topic: 'keys',
    storage,
    kind: signingKeysKind,
    schedule,
    deps,
    generate: generateSigningKey,
    prepare: async (key) => {
      const { publicKey, privateKey } = await importSigningKey(key);
      return privateKey === undefined ? { publicKey } : { publicKey, signer: localSigner({ ...key, privateKey }) };
    },
    strip: withoutPrivateMembers,
  });
  return new LocalKeyRing(keys, policy, deps);
}

/** What follows from the snapshot at one time, and the times between which it stays true. */
interface View {
  readonly of: readonly LoadedKey[];
  readonly from: number;
  readonly until: number;
  readonly signers: ReadonlyMap<SigningAlgorithm, Signer>;
  readonly published: ReadonlyMap<string, LoadedKey>;
  readonly jwks: PublicJwkSet;
}

class LocalKeyRing implements KeyRing {
  readonly algorithms: readonly SigningAlgorithm[];
  readonly tokenLifetime: number;
  readonly #keys: Keys;
  readonly #policy: RotationPolicy;
  readonly #deps: KeyRingOptions['deps'];
  #view: View | undefined;
  #closed = false;

  constructor(keys: Keys, policy: RotationPolicy, deps: KeyRingOptions['deps']) {
    this.#keys = keys;
    this.#policy = policy;
    this.#deps = deps;
    this.algorithms = [...new Set(policy.algorithms)];
    this.tokenLifetime = policy.tokenLifetime;
  }

  signer(algorithm?: SigningAlgorithm): Signer {
    if (this.#closed || secondsOf(this.#deps.now) >= this.#freshUntil()) {
      // After a machine that slept or a clock that was set, nothing is wrong but the age: the next call finds new keys.
      if (!this.#closed) void this.#keys.refreshSoon();
      throw new OstiaryError('keys/unavailable', 'The signing keys are out of date. Please try again later.');
    }
    const { signers } = this.#currentView();
    // The map lists the policy's algorithms first, so its first entry is the best default there is.
    const signer = algorithm === undefined ? signers.values().next().value : signers.get(algorithm);
    if (signer !== undefined) return signer;
    throw new OstiaryError('keys/unavailable', 'No signing key of the wanted algorithm is ready yet.', {
      detail: { algorithm: algorithm ?? this.#policy.algorithms[0] },
    });
  }

  publicKeys(): PublicJwkSet {
    return this.#currentView().jwks;
  }

  get maxAgeSeconds(): number {
    const { loadedAt } = this.#keys.snapshot();
    const { verifierCache } = this.#policy;
    return jwksMaxAge({ verifierCache, loadedAt, now: secondsOf(this.#deps.now) });
  }

  async verificationKey(kid: string): Promise<VerificationKey | undefined> {
    const known = this.#currentView().published.get(kid);
    if (known !== undefined) return toVerificationKey(known);
    if (!this.#closed) await this.#keys.refreshSoon();
    const found = this.#currentView().published.get(kid);
    return found && toVerificationKey(found);
  }

  async refresh(): Promise<void> {
    if (!this.#closed) await this.#keys.refresh();
  }

  status(): KeyRingStatus {
    const { loadedAt, keys } = this.#keys.snapshot();
    const now = secondsOf(this.#deps.now);
    return {
      loadedAt: dateOf(loadedAt),
      freshUntil: dateOf(this.#freshUntil()),
      keys: keys.map(({ key }) => ({
        kid: key.kid,
        alg: key.alg,
        phase: phaseOf(key, now),
        activeFrom: dateOf(key.activeFrom),
        ...(key.activeUntil === undefined ? {} : { activeUntil: dateOf(key.activeUntil) }),
      })),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
  }

  #freshUntil(): number {
    return this.#keys.snapshot().loadedAt + freshFor(this.#policy.verifierCache);
  }

  #currentView(): View {
    const now = secondsOf(this.#deps.now);
    const { keys } = this.#keys.snapshot();
    const view = this.#view;
    if (view !== undefined && view.of === keys && view.from <= now && now < view.until) return view;
    this.#view = viewOf(keys, this.algorithms, now);
    return this.#view;
  }
}

function viewOf(keys: readonly LoadedKey[], algorithms: readonly SigningAlgorithm[], now: number): View {
  const published = keys.filter(({ key }) => phaseOf(key, now) !== 'removed');
  const active = published.filter(({ key }) => phaseOf(key, now) === 'active');
  const signers = new Map<SigningAlgorithm, Signer>();
  for (const alg of new Set([...algorithms, ...active.map(({ key }) => key.alg)])) {
    const signer = active.find(({ key }) => key.alg === alg)?.ready.signer;
    if (signer !== undefined) signers.set(alg, signer);
  }
  const changes = keys.flatMap(({ key }) =>
    key.activeUntil === undefined ? [key.activeFrom] : [key.activeFrom, key.activeUntil, key.activeUntil + key.keepFor],
  );
  return {
    of: keys,
    from: now,
    until: Math.min(...changes.filter((at) => at > now)),
    signers,
    published: new Map(published.map((loaded) => [loaded.key.kid, loaded])),
    jwks: { keys: [...new Set([...active, ...published])].map(({ key }) => toPublicJwk(key.jwk, key)) },
  };
}

const toVerificationKey = ({ key, ready }: LoadedKey): VerificationKey => ({
  kid: key.kid,
  alg: key.alg,
  publicKey: ready.publicKey,
});

const dateOf = (seconds: number): Date => new Date(seconds * 1000);
