import { type Clock, type Deps, type Json, OstiaryError } from '@ostiary/primitives';
import type { StorageDriver } from '@ostiary/storage-sdk';
import { type CryptoKey, decodeProtectedHeader } from 'jose';
import { phaseOf } from '../rotation/plan-rotation.ts';
import { type Loaded, type SharedKeys, secondsOf } from '../rotation/shared-keys.ts';
import { decrypt, encrypt } from './jwe.ts';
import { openSealingKeys, type SealingAlgorithm, type SealingPolicy } from './sealing-keys.ts';

/** What something is sealed for, and until when it may be opened. */
export interface SealOptions {
  /** What the value is for (`login`, `upstream-token`). It opens for nothing else. */
  readonly purpose: string;
  /** The moment from which it no longer opens. Absent, or later than the policy keeps keys: as long as they are kept. */
  readonly expiresAt?: Date;
}

/** Encrypts values that leave the process: into a cookie, or into a storage that others may read. */
export interface Sealer {
  /**
   * Encrypted and authenticated URL-safe text (a compact JWE, RFC 7516), bound to its purpose. It is at
   * most 130 characters longer than four thirds of the purpose and the value's JSON.
   */
  seal(value: Json, options: SealOptions): Promise<string>;
  /** The value; `undefined` for anything not sealed by us for this purpose, or too old. Never throws. */
  open(sealed: string, options: { readonly purpose: string }): Promise<Json | undefined>;
  /** Whether sealing the same value again would use the same key, so that what is sealed may stay as it is. */
  isCurrent(sealed: string): boolean;
  /** Reads the keys and rotates what is due. Called by a timer, see `keepFresh`. A failure is logged. */
  refresh(): Promise<void>;
}

/** Where the keys of a sealer are, and how often they change. */
export interface SealerOptions {
  readonly storage: StorageDriver;
  readonly deps: Pick<Deps, 'now' | 'random' | 'log'>;
  /** Default: a new key every 30 days; what is sealed lives 400 days at most. */
  readonly policy?: SealingPolicy;
}

const DAY = 86_400;
const defaultPolicy: SealingPolicy = { rotationPeriod: 30 * DAY, keepFor: 400 * DAY };

type Keys = SharedKeys<SealingAlgorithm, CryptoKey>;

/**
 * Opens the sealing keys in `storage`, and makes the first one when there is none.
 *
 * @throws {OstiaryError} `storage/unavailable`; `storage/corrupt` for a record that this release cannot read;
 * `config/invalid` for a policy that cannot work.
 */
export async function createSealer({ storage, deps, policy = defaultPolicy }: SealerOptions): Promise<Sealer> {
  const { rotationPeriod, keepFor } = policy;
  // By name, so that one that is missing shows here, and not as a record that nobody can read any more.
  for (const [name, value] of Object.entries({ rotationPeriod, keepFor })) {
    if (Number.isSafeInteger(value) && value > 0) continue;
    throw new OstiaryError('config/invalid', `The sealing policy needs ${name} as a positive whole number of seconds.`);
  }
  const keys = await openSealingKeys(storage, policy, deps);
  return {
    seal: (value, options) => seal(keys, value, { ...options, keepFor: policy.keepFor, now: deps.now }),
    open: (sealed, { purpose }) => open(keys, sealed, { purpose, now: deps.now }),
    isCurrent: (sealed) => kidOf(sealed) === activeKey(keys, secondsOf(deps.now)).key.kid,
    refresh: () => keys.refresh(),
  };
}

/** What is encrypted: purpose, last second (exclusive), value. A list, because cookies are short. */
type Envelope = readonly [purpose: string, expiresAt: number, value: Json];

interface Sealing extends SealOptions {
  readonly keepFor: number;
  readonly now: Clock;
}

async function seal(keys: Keys, value: Json, { purpose, expiresAt, keepFor, now }: Sealing): Promise<string> {
  const seconds = secondsOf(now);
  const latest = seconds + keepFor;
  const until = expiresAt === undefined ? latest : Math.min(latest, Math.floor(expiresAt.getTime() / 1000));
  const { key, ready } = activeKey(keys, seconds);
  const envelope: Envelope = [purpose, until, value];
  return encrypt(JSON.stringify(envelope), ready, key.kid);
}

async function open(
  keys: Keys,
  sealed: string,
  { purpose, now }: { readonly purpose: string; readonly now: Clock },
): Promise<Json | undefined> {
  const kid = kidOf(sealed);
  const ready = kid && (await findKey(keys, kid));
  const text = ready && (await decrypt(sealed, ready));
  if (text === undefined || text === '') return undefined;
  // The text is authentic, and only seal() writes with these keys.
  const [sealedFor, until, value] = JSON.parse(text) as Envelope;
  return sealedFor === purpose && secondsOf(now) < until ? value : undefined;
}

function activeKey(keys: Keys, now: number): Loaded<SealingAlgorithm, CryptoKey> {
  const found = keys.snapshot().keys.find(({ key }) => phaseOf(key, now) === 'active');
  if (found !== undefined) return found;
  throw new OstiaryError('keys/unavailable', 'No sealing key is ready. Please try again later.');
}

/** Another replica may have made a key since this one looked. */
async function findKey(keys: Keys, kid: string): Promise<CryptoKey | undefined> {
  const find = () => keys.snapshot().keys.find(({ key }) => key.kid === kid)?.ready;
  const known = find();
  if (known !== undefined) return known;
  await keys.refreshSoon();
  return find();
}

function kidOf(sealed: string): string | undefined {
  try {
    return decodeProtectedHeader(sealed).kid;
  } catch {
    return undefined;
  }
}
