/** The token endpoint: redeeming a code, refreshing, revoking. ID tokens leave here validated. */
import { Secret } from '@ostiary/primitives';
import * as oauth from 'oauth4webapi';
import { problem } from '../problem.ts';
import { assertAvailable, explainOidcError } from './oidc-error.ts';
import { httpOptions, type Provider, skewOf } from './provider.ts';

/** A validated ID token. Times are chosen so that nobody's clock has to be right. */
export interface IdToken {
  readonly jwt: string;
  readonly claims: oauth.IDToken;
  /** When it arrived, in milliseconds of our clock. */
  readonly receivedAt: number;
  /** How long it lives from then on, in milliseconds, by the issuer's clock. */
  readonly livesMs: number;
}

/** A year. An `exp` beyond it is a mistake (milliseconds, "never"), and may be no date at all. */
const LONGEST_LIFE_MS = 365 * 86_400_000;

export interface Tokens {
  /** Absent when a refresh gave none, which OpenID Connect Core 1.0 section 12.2 allows. */
  readonly idToken?: IdToken | undefined;
  readonly refreshToken?: Secret | undefined;
  /** The scopes that were granted, when the issuer said so. */
  readonly scope?: string | undefined;
}

export interface CodeRedemption {
  readonly clientId: string;
  /** The parameters of the callback, as oauth4webapi validated them. */
  readonly callback: URLSearchParams;
  readonly redirectUri: string;
  readonly codeVerifier: string;
  readonly nonce: string;
}

/** Redeems an authorization code (RFC 6749 section 4.1.3, RFC 7636) and validates the ID token and its signature. */
export async function redeemCode(ask: CodeRedemption, provider: Provider): Promise<Tokens> {
  const { as } = provider;
  const options = httpOptions(provider);
  try {
    const response = await oauth.authorizationCodeGrantRequest(
      as,
      { client_id: ask.clientId },
      oauth.None(),
      ask.callback,
      ask.redirectUri,
      ask.codeVerifier,
      options,
    );
    assertAvailable(response, as.issuer);
    const client = skewedClient(ask.clientId, response, provider);
    const checks = { expectedNonce: ask.nonce, requireIdToken: true };
    const body = await oauth.processAuthorizationCodeResponse(as, client, response, checks);
    // The cluster will check the signature; a key that is missing from the JWKS is better found now.
    await oauth.validateApplicationLevelSignature(as, response, options);
    return readTokens(body, response, provider);
  } catch (error) {
    throw explainOidcError(error, as.issuer, 'redeeming the authorization code');
  }
}

export interface Refresh {
  readonly clientId: string;
  readonly refreshToken: Secret;
  /** The subject that logged in: the new ID token must have the same one (OpenID Connect Core 1.0 section 12.2). */
  readonly subject: string;
}

/**
 * One refresh request (RFC 6749 section 6). Errors of oauth4webapi are passed on as they are, for the caller decides
 * by their kind; see `isSessionEnded`.
 */
export async function refreshTokens(ask: Refresh, provider: Provider): Promise<Tokens> {
  const { as } = provider;
  const secret = ask.refreshToken.reveal();
  const client = { client_id: ask.clientId };
  const response = await oauth.refreshTokenGrantRequest(as, client, oauth.None(), secret, httpOptions(provider));
  assertAvailable(response, as.issuer);
  const skewed = skewedClient(ask.clientId, response, provider);
  const body = await oauth.processRefreshTokenResponse(as, skewed, response);
  const tokens = readTokens(body, response, provider);
  if (tokens.idToken === undefined || tokens.idToken.claims.sub === ask.subject) return tokens;
  throw problem({
    code: 'upstream/protocol',
    cause: `${as.issuer} answered a refresh with a token of another person.`,
    remedy: 'Nothing was changed. Tell the operator of the issuer, and log in again.',
  });
}

/** Tells the issuer that a refresh token is no longer needed (RFC 7009). */
export async function revokeRefreshToken(ask: Omit<Refresh, 'subject'>, provider: Provider): Promise<void> {
  const { as } = provider;
  const options = { ...httpOptions(provider), additionalParameters: { token_type_hint: 'refresh_token' } };
  try {
    const client = { client_id: ask.clientId };
    const response = await oauth.revocationRequest(as, client, oauth.None(), ask.refreshToken.reveal(), options);
    assertAvailable(response, as.issuer);
    await oauth.processRevocationResponse(response);
  } catch (error) {
    throw explainOidcError(error, as.issuer, 'revoking the session');
  }
}

/** `exp` is compared with the issuer's own clock, so that a wrong one here does no harm. */
export function skewedClient(clientId: string, response: Response, provider: Provider): oauth.Client {
  return { client_id: clientId, [oauth.clockSkew]: skewOf(response, provider.now) ?? 0, [oauth.clockTolerance]: 5 };
}

/** What is kept of a token response that oauth4webapi has validated. */
export function readTokens(body: oauth.TokenEndpointResponse, response: Response, { now }: Provider): Tokens {
  const claims = oauth.getValidatedIdTokenClaims(body);
  const refreshToken = body.refresh_token === undefined ? undefined : new Secret(body.refresh_token);
  if (claims === undefined || body.id_token === undefined) return { refreshToken, scope: body.scope };
  const receivedAt = now().getTime();
  const date = Date.parse(response.headers.get('date') ?? '');
  const issuerNow = Number.isNaN(date) ? claims.iat * 1000 : date;
  const livesMs = Math.min(Math.max(0, claims.exp * 1000 - issuerNow), LONGEST_LIFE_MS);
  const idToken = { jwt: body.id_token, claims, receivedAt, livesMs };
  return { idToken, refreshToken, scope: body.scope };
}
