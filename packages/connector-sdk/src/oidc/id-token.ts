/** ID tokens of a provider (OpenID Connect Core section 3.1.3.7). */
import type { Secret } from '@ostiary/primitives';
import { decodeProtectedHeader } from 'jose';
import type { AuthorizationServer } from 'oauth4webapi';
import { providerFailure, unbelievable } from '../oauth2/failure.ts';
import { toleratedSkewSeconds } from '../oauth2/transport.ts';
import type { Provider } from './provider.ts';

/** Claims of one document (an ID token or a userinfo answer), as the provider sent them. */
export type Claims = Readonly<Record<string, unknown>> & { readonly sub: string };

/** What an ID token of a provider has to fit (OpenID Connect Core section 3.1.3.7). */
export interface IdTokenCheck {
  readonly provider: Provider;
  readonly clientId: string;
  /** What was sent with the request; required in the token. Absent where there was no request (exchange, refresh). */
  readonly nonce?: string;
  /**
   * `us`: the token was issued to this client. `any`: it may have been issued to another client of the provider that
   * names this one in its audience (token exchange), but must not say that it is an access token.
   */
  readonly authorizedParty: 'us' | 'any';
}

/** Signatures that only the provider can make. Never `none`, never a secret that the client has too. */
const asymmetric: ReadonlySet<string> = new Set([
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
]);

/** The algorithms a token of this provider may be signed with: what it says, of those that are safe; else RS256. */
export function signatureAlgorithms(server: AuthorizationServer): string[] {
  const safe = (server.id_token_signing_alg_values_supported ?? []).filter((name) => asymmetric.has(name));
  return safe.length === 0 ? ['RS256'] : safe;
}

/**
 * Checks signature, algorithm, `iss`, `aud`, `azp`, `exp`, `iat`, `nbf` (60 seconds of skew) and `nonce`.
 *
 * @throws {OstiaryError} `upstream/protocol` for a token that must not be believed, `upstream/unavailable` when the
 *   keys cannot be fetched.
 */
export async function verifyIdToken(token: Secret, check: IdTokenCheck): Promise<Claims> {
  const server = await check.provider.metadata();
  const claims = await verified(token, check, server);
  const problem = claimProblem(claims, check) ?? kindProblem(token, { claims, check });
  if (problem !== undefined) throw unbelievable({ reason: problem, issuer: server.issuer });
  const { sub } = claims;
  if (typeof sub !== 'string' || sub === '') throw unbelievable({ reason: 'sub is empty', issuer: server.issuer });
  return { ...claims, sub };
}

/** What Keycloak writes into the claim `typ` of its access tokens; its ID tokens have `ID`. */
const accessTokenKinds: ReadonlySet<unknown> = new Set(['Bearer', 'DPoP']);

/**
 * A token that comes by itself may be one of another kind: an access token can name us as its audience, too, and whoever
 * was sent it could log in with it. Standards give the other kinds a type of their own (RFC 8725 section 3.11), such as
 * `at+jwt` (RFC 9068 section 2.1).
 */
function kindProblem(
  token: Secret,
  { claims, check }: { readonly claims: Readonly<Record<string, unknown>>; readonly check: IdTokenCheck },
): string | undefined {
  if (check.authorizedParty === 'us') return undefined;
  const { typ: type = '' } = decodeProtectedHeader(token.reveal());
  return /\+jwt$/iu.test(type) || accessTokenKinds.has(claims.typ) ? 'token of another kind' : undefined;
}

async function verified(
  token: Secret,
  check: IdTokenCheck,
  server: AuthorizationServer,
): Promise<Record<string, unknown>> {
  try {
    return await check.provider.verify(token.reveal(), {
      issuer: server.issuer,
      audience: check.clientId,
      algorithms: signatureAlgorithms(server),
      requiredClaims: ['sub', 'exp', 'iat'],
      currentDate: check.provider.transport.now(),
      clockTolerance: toleratedSkewSeconds,
    });
  } catch (error) {
    throw providerFailure(error);
  }
}

function claimProblem(claims: Readonly<Record<string, unknown>>, check: IdTokenCheck): string | undefined {
  const { iat, aud, azp, nonce } = claims;
  const nowSeconds = check.provider.transport.now().getTime() / 1000;
  if (typeof iat !== 'number' || iat > nowSeconds + toleratedSkewSeconds) return 'iat is in the future';
  if (check.nonce !== undefined && nonce !== check.nonce) return 'nonce is not ours';
  if (check.authorizedParty === 'any') return undefined;
  if (azp !== undefined && azp !== check.clientId) return 'azp is another client';
  return azp === undefined && Array.isArray(aud) && aud.length > 1
    ? 'azp is missing beside several audiences'
    : undefined;
}
