/** The keys a provider signs with: one cache for one issuer. */
import type { Clock, Logger } from '@ostiary/primitives';
import {
  type CryptoKey,
  createLocalJWKSet,
  errors,
  type JSONWebKeySet,
  type JWK,
  type JWTPayload,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
  jwtVerify,
} from 'jose';
import { z } from 'zod';
import { healing } from '../healing.ts';
import { encryptedToken, unbelievable } from '../oauth2/failure.ts';
import { answering, type Transport } from '../oauth2/transport.ts';

export interface KeySourceOptions {
  readonly jwksUri: () => Promise<string>;
  readonly transport: Transport;
  readonly log: Logger;
}

const minute = 60_000;

/** Milliseconds between two fetches for a key that is not known; forged tokens must not become a flood. */
const unknownKeyPauseMs = minute / 2;

const document = z.object({ keys: z.array(z.unknown()) });

/** Base64url digits of an RSA modulus of 2048 bits; nothing verifies by a shorter one (RFC 7518 section 3.3). */
const shortestModulus = Math.ceil(2048 / 6);

const bytes = z.string().min(1);
const publicKey = z.discriminatedUnion('kty', [
  z.looseObject({ kty: z.literal('RSA'), n: bytes.min(shortestModulus), e: bytes }),
  z.looseObject({ kty: z.literal('EC'), crv: z.string(), x: bytes, y: bytes }),
  z.looseObject({ kty: z.literal('OKP'), crv: z.string(), x: bytes }),
]);

/**
 * Checks the signature of a JWT by a provider's keys, and the claims that the options name.
 *
 * @throws {OstiaryError} when the keys cannot be fetched; otherwise what jose's `jwtVerify` throws.
 */
export type VerifyJwt = (token: string, options: JWTVerifyOptions) => Promise<JWTPayload>;

/**
 * Verifies by the keys a provider has now. A token that none of them signed makes it fetch the set, at most every 30
 * seconds.
 */
export function verifyByKeys(options: KeySourceOptions): VerifyJwt {
  const held = healing({
    load: async () => createLocalJWKSet(await fetchKeys(options)),
    now: options.transport.now satisfies Clock,
    maxAgeMs: 10 * minute,
    staleMs: 50 * minute,
    onStale: () => options.log.warn('provider.keys_stale'),
  });
  return async (token, expected) => {
    if (isEncrypted(token)) throw encryptedToken();
    const known = await held.get();
    try {
      return await verifyBy(known, token, expected);
    } catch (error) {
      if (!mayBeOfNewKey(error)) throw error;
      const renewed = await held.renew(unknownKeyPauseMs);
      if (renewed === known) throw error;
      return verifyBy(renewed, token, expected);
    }
  };
}

/** A signed JWT has three parts, an encrypted one five (RFC 7516 section 9). */
const isEncrypted = (token: string): boolean => token.split('.').length === 5;

/**
 * Whether the token may be signed with a key that was not there when the keys were fetched: it names one that is not
 * known, or none, or one that is known, since a provider may keep the name when it changes the key.
 */
const mayBeOfNewKey = (error: unknown): boolean =>
  error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWSSignatureVerificationFailed;

async function verifyBy(keys: JWTVerifyGetKey, token: string, options: JWTVerifyOptions): Promise<JWTPayload> {
  try {
    return (await jwtVerify(token, keys, options)).payload;
  } catch (error) {
    if (error instanceof errors.JWKSMultipleMatchingKeys) return verifyByAnyOf(error, token, options);
    throw error;
  }
}

/** Providers that name no key in a token publish two at a rotation, so each is tried (RFC 7515 appendix D). */
async function verifyByAnyOf(
  keys: AsyncIterable<CryptoKey>,
  token: string,
  options: JWTVerifyOptions,
): Promise<JWTPayload> {
  for await (const key of keys) {
    try {
      return (await jwtVerify(token, key, options)).payload;
    } catch (error) {
      if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw error;
    }
  }
  throw new errors.JWSSignatureVerificationFailed();
}

async function fetchKeys({ jwksUri, transport }: KeySourceOptions): Promise<JSONWebKeySet> {
  const location = await jwksUri();
  const headers = { accept: 'application/jwk-set+json, application/json' };
  const response = await answering(transport.fetch)(location, { headers, redirect: 'manual' });
  const text = await response.text();
  const keys = response.status === 200 ? understood(parseJson(text)) : undefined;
  if (keys !== undefined) return { keys };
  throw unbelievable({ reason: 'key set', status: response.status, host: new URL(location).host });
}

/**
 * The keys of a set that can verify something; what else is in it is ignored (RFC 7517 section 5). `undefined` for
 * what is no set, and for one in which there is something, but nothing of use.
 */
function understood(set: unknown): JWK[] | undefined {
  const found = document.safeParse(set);
  if (!found.success) return undefined;
  const keys = found.data.keys.map((key) => publicKey.safeParse(key).data).filter((key) => key !== undefined);
  return keys.length === 0 && found.data.keys.length > 0 ? undefined : keys;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
