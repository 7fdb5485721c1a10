/** Access tokens for an assertion instead of a login: a service that acts for an account (RFC 7523 section 2.1). */
import { type Clock, OstiaryError, Secret } from '@ostiary/primitives';
import { importPKCS8, SignJWT } from 'jose';
import { z } from 'zod';
import { unbelievable } from './failure.ts';
import { answering, type Transport } from './transport.ts';

/** Who asserts what. */
export interface AssertionClaims {
  readonly issuer: string;
  /** Whom the service acts for; absent: itself. */
  readonly subject?: string;
  /** The token endpoint. */
  readonly audience: string;
  /** Further claims: `scope`. */
  readonly more?: Readonly<Record<string, string>>;
}

/** Signs RS256 with a private key in PEM (PKCS #8). */
export interface AssertionKey {
  readonly pem: Secret;
  readonly keyId?: string;
}

/** Seconds an assertion is good for. It is used at once. */
const lifetimeSeconds = 300;

/** The claims of an assertion as of now, before they are signed. */
export function assertionPayload(claims: AssertionClaims, now: Clock): Readonly<Record<string, string | number>> {
  const iat = Math.floor(now().getTime() / 1000);
  const { issuer: iss, subject: sub, audience: aud, more } = claims;
  return { ...more, iss, ...(sub === undefined ? {} : { sub }), aud, iat, exp: iat + lifetimeSeconds };
}

/**
 * Signs an assertion.
 *
 * @throws {OstiaryError} `config/invalid` for a key that cannot be read.
 */
export async function signAssertion(claims: AssertionClaims, key: AssertionKey, now: Clock): Promise<Secret> {
  const signingKey = await importPKCS8(key.pem.reveal(), 'RS256').catch(() => {
    // What the library says may repeat the key.
    throw new OstiaryError('config/invalid', 'The private key of the service account cannot be read.');
  });
  const header = { alg: 'RS256', typ: 'JWT', ...(key.keyId === undefined ? {} : { kid: key.keyId }) };
  return new Secret(
    await new SignJWT({ ...assertionPayload(claims, now) }).setProtectedHeader(header).sign(signingKey),
  );
}

/** An access token, and how long it is good for. */
export interface AssertedToken {
  readonly accessToken: Secret;
  readonly expiresInSeconds: number;
}

const answer = z.object({ access_token: z.string().min(1), expires_in: z.number().positive() });

/**
 * Exchanges an assertion for an access token (RFC 7523 section 2.1).
 *
 * @throws {OstiaryError} `upstream/unavailable`; `upstream/protocol` for a refusal, or an answer of another form.
 */
export async function redeemAssertion(
  assertion: Secret,
  { fetch }: Pick<Transport, 'fetch'>,
  tokenEndpoint: string,
): Promise<AssertedToken> {
  const body = new URLSearchParams({
    grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    assertion: assertion.reveal(),
  });
  const response = await answering(fetch)(tokenEndpoint, { method: 'POST', body, redirect: 'manual' });
  const parsed = answer.safeParse(await response.json().catch(() => undefined));
  if (!response.ok || !parsed.success) {
    throw unbelievable({
      reason: 'the assertion was refused',
      status: response.status,
      host: new URL(tokenEndpoint).host,
    });
  }
  return { accessToken: new Secret(parsed.data.access_token), expiresInSeconds: parsed.data.expires_in };
}
