import { type Clock, type IssuerId, isJsonObject, type Json, type JsonObject, OstiaryError } from '@ostiary/primitives';
import { compactVerify } from 'jose';
import type { KeyRing } from '../keys/key-ring.ts';
import { ACCESS_TOKEN_TYP } from './mint.ts';

/** A token whose signature, issuer and times were checked. */
export interface VerifiedToken {
  readonly claims: JsonObject;
  readonly typ: string | undefined;
}

/** What an ID token has to fit, besides the issuer and the time. */
export interface VerifyIdTokenOptions {
  /** For an `id_token_hint`, which may be old. A token whose key is no longer published is refused all the same. */
  readonly ignoreExpiry?: true;
  /** Must be among the token's audiences. */
  readonly audience?: string;
}

/** Reads tokens that this issuer minted. */
export interface Verifier {
  /**
   * @throws {OstiaryError} `token/invalid` for everything that is not an unexpired access token of this issuer;
   * `detail.reason` says which check failed.
   */
  accessToken(token: string): Promise<VerifiedToken>;
  /** @throws {OstiaryError} `token/invalid`, as above, for ID tokens. */
  idToken(token: string, options?: VerifyIdTokenOptions): Promise<VerifiedToken>;
}

/** Whose tokens are believed, by which keys, at what time. */
export interface VerifierOptions {
  readonly issuer: IssuerId;
  readonly keys: KeyRing;
  readonly now: Clock;
}

/** Far above any token of ours, and small enough to refuse quickly. */
const LONGEST_TOKEN = 65_536;

/** A verifier that holds the keys of the ring, so it asks nobody. */
export function createVerifier({ issuer, keys, now }: VerifierOptions): Verifier {
  return {
    async accessToken(token) {
      const verified = await verifySignature(token, keys);
      if (verified.typ !== ACCESS_TOKEN_TYP) throw invalid('typ');
      checkClaims(verified.claims, issuer);
      checkTimes(verified.claims, now);
      return verified;
    },
    async idToken(token, { ignoreExpiry, audience } = {}) {
      const verified = await verifySignature(token, keys);
      if (verified.typ !== undefined) throw invalid('typ');
      checkClaims(verified.claims, issuer);
      if (ignoreExpiry === undefined) checkTimes(verified.claims, now);
      if (audience !== undefined && ![verified.claims.aud].flat().includes(audience)) throw invalid('aud');
      return verified;
    },
  };
}

/** The key decides the algorithm; the header may only agree with it. */
async function verifySignature(token: string, keys: KeyRing): Promise<VerifiedToken> {
  const { alg, kid, typ } = readHeader(token);
  const key = await keys.verificationKey(kid);
  if (key === undefined) throw invalid('kid');
  if (key.alg !== alg) throw invalid('alg');
  const { payload } = await compactVerify(token, key.publicKey, { algorithms: [key.alg] }).catch(() => {
    throw invalid('signature');
  });
  const claims = parseJson(payload);
  if (!isJsonObject(claims)) throw invalid('payload');
  return { claims, typ };
}

interface Header {
  readonly alg: string;
  readonly kid: string;
  readonly typ: string | undefined;
}

/**
 * Our header has `alg`, `kid` and perhaps `typ`, each once. Anything else (`crit`, `jwk`, `jku`, a member twice) was
 * not written by us, so nothing is lost by refusing it before a key is looked for.
 */
function readHeader(token: string): Header {
  if (typeof token !== 'string' || token.length > LONGEST_TOKEN) throw invalid('size');
  const parts = token.split('.');
  const [encoded = ''] = parts;
  if (parts.length !== 3 || !parts.every(isCanonical)) throw invalid('parts');
  const bytes = Buffer.from(encoded, 'base64url');
  const header = parseJson(bytes);
  if (!isJsonObject(header) || JSON.stringify(header) !== bytes.toString('utf8')) throw invalid('header');
  const { alg, kid, typ, ...others } = header;
  if (typeof alg !== 'string' || typeof kid !== 'string' || Object.keys(others).length > 0) throw invalid('header');
  if (typ !== undefined && typeof typ !== 'string') throw invalid('header');
  return { alg, kid, typ };
}

/** Base64url has several spellings of the same bytes. With one of them, a token cannot be changed and still be valid. */
const isCanonical = (part: string): boolean => Buffer.from(part, 'base64url').toString('base64url') === part;

function checkClaims({ iss, sub, aud, exp, iat, jti }: JsonObject, issuer: IssuerId): void {
  if (iss !== issuer) throw invalid('iss');
  if (typeof sub !== 'string' || sub === '') throw invalid('sub');
  const audiences = Array.isArray(aud) ? aud : [aud];
  if (audiences.length === 0 || !audiences.every((one) => typeof one === 'string' && one !== '')) throw invalid('aud');
  if (!Number.isSafeInteger(exp)) throw invalid('exp');
  if (!Number.isSafeInteger(iat)) throw invalid('iat');
  if (typeof jti !== 'string' || jti === '') throw invalid('jti');
}

/** A token is dead from the second that `exp` names (RFC 7519 section 4.1.4). */
function checkTimes({ exp, nbf }: JsonObject, now: Clock): void {
  const milliseconds = now().getTime();
  if (typeof exp !== 'number' || milliseconds >= exp * 1000) throw invalid('exp');
  if (nbf !== undefined && (typeof nbf !== 'number' || milliseconds < nbf * 1000)) throw invalid('nbf');
}

function parseJson(bytes: Uint8Array): Json | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    // JSON.parse answers nothing but Json.
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

/** The cause stays out: errors of token libraries carry the token's content, which would end up in a log. */
const invalid = (reason: string): OstiaryError =>
  new OstiaryError('token/invalid', 'The token is not valid.', { detail: { reason } });
