/** The token endpoint of a provider: redeeming a code, refreshing. */
import { OstiaryError, Secret } from '@ostiary/primitives';
import {
  type AuthorizationServer,
  authorizationCodeGrantRequest,
  expectNoNonce,
  jweDecrypt,
  nopkce,
  processAuthorizationCodeResponse,
  processRefreshTokenResponse,
  refreshTokenGrantRequest,
  type TokenEndpointResponse,
} from 'oauth4webapi';
import { clientAuth, type OAuthClient } from './client.ts';
import { declined, encryptedToken, oauthErrorCode, providerFailure } from './failure.ts';
import { withoutIdToken } from './token-answer.ts';
import { requestOptions, type Transport, timedClient } from './transport.ts';

const neverEncrypted = {
  [jweDecrypt]: (): never => {
    throw encryptedToken();
  },
};

/** What a provider gave. */
export interface TokenSet {
  readonly accessToken: Secret;
  readonly refreshToken?: Secret;
  /** Not verified yet. */
  readonly idToken?: Secret;
  /** Seconds the access token is good for, where the provider says. */
  readonly expiresInSeconds?: number;
  /** The scopes that were granted, where the provider says. */
  readonly scopes?: readonly string[];
}

/** The two parties of a token request. */
export interface Parties {
  readonly server: AuthorizationServer;
  readonly client: OAuthClient;
  readonly transport: Transport;
  /** Codes of its own by which this provider says that a refresh token is no longer good. */
  readonly endingCodes?: readonly string[];
}

/** A code and what has to come with it (RFC 6749 section 4.1.3, RFC 7636 section 4.5). */
export interface CodeRedemption extends Parties {
  /** From {@link checkCallback}. */
  readonly callback: URLSearchParams;
  readonly redirectUri: string;
  readonly verifier?: string;
  /** With a nonce the answer must hold an ID token that has it (OpenID Connect). */
  readonly nonce?: string;
}

/**
 * Redeems an authorization code (RFC 6749 section 4.1.3). Sent once.
 *
 * @throws {OstiaryError} `upstream/unavailable`, or `upstream/protocol` for an answer that is refused or must not be
 *   believed.
 */
export async function redeemCode(redemption: CodeRedemption): Promise<TokenSet> {
  const { server, client, transport, nonce } = redemption;
  const timed = timedClient(client.clientId, transport.now);
  try {
    const response = await authorizationCodeGrantRequest(
      server,
      timed,
      await clientAuth(client),
      redemption.callback,
      redemption.redirectUri,
      redemption.verifier ?? nopkce,
      requestOptions(transport, tokenEndpoint(server)),
    );
    const answer = await processAuthorizationCodeResponse(server, timed, response, {
      expectedNonce: nonce ?? expectNoNonce,
      requireIdToken: nonce !== undefined,
      ...neverEncrypted,
    });
    return tokenSet(answer);
  } catch (error) {
    throw providerFailure(error);
  }
}

/** What providers say of a refresh token that is no longer good; the second is GitHub's word for it. */
const ended: ReadonlySet<string> = new Set(['invalid_grant', 'bad_refresh_token', ...declined]);

/**
 * Asks for new tokens (RFC 6749 section 6). `rejected` when the provider says that the grant is over
 * (`invalid_grant`) or that the person has to come back (`interaction_required`); any other refusal may be the fault
 * of this service, so the person stays logged in.
 *
 * Nothing of the ID token is checked, not even whom it is for: its faults would take a new refresh token along after the
 * old one is spent. Keep the new one first, then ask `verifyIdToken`.
 *
 * @throws {OstiaryError} `upstream/unavailable`, or `upstream/protocol` for an answer that must not be believed.
 */
export async function refreshTokens(parties: Parties, refreshToken: Secret): Promise<TokenSet | 'rejected'> {
  const { server, client, transport, endingCodes = [] } = parties;
  const timed = timedClient(client.clientId, transport.now);
  try {
    const proof = await clientAuth(client);
    const options = requestOptions(transport, tokenEndpoint(server));
    const response = await refreshTokenGrantRequest(server, timed, proof, refreshToken.reveal(), options);
    const { response: alone, idToken } = await withoutIdToken(response);
    const tokens = tokenSet(await processRefreshTokenResponse(server, timed, alone));
    return idToken === undefined ? tokens : { ...tokens, idToken: new Secret(idToken) };
  } catch (error) {
    const code = oauthErrorCode(error);
    if (code !== undefined && (ended.has(code) || endingCodes.includes(code))) return 'rejected';
    throw code === undefined ? providerFailure(error) : refused(error);
  }
}

function refused(error: unknown): OstiaryError {
  const failure = providerFailure(error);
  const detail = failure instanceof OstiaryError ? failure.detail : {};
  return new OstiaryError('upstream/unavailable', 'The identity provider refuses to renew logins.', { detail });
}

function tokenSet(answer: TokenEndpointResponse): TokenSet {
  const { refresh_token: refreshToken, id_token: idToken, expires_in: expiresInSeconds, scope } = answer;
  return {
    accessToken: new Secret(answer.access_token),
    ...(refreshToken === undefined ? {} : { refreshToken: new Secret(refreshToken) }),
    ...(idToken === undefined ? {} : { idToken: new Secret(idToken) }),
    ...(expiresInSeconds === undefined ? {} : { expiresInSeconds }),
    ...(scope === undefined ? {} : { scopes: scope.split(' ').filter((name) => name !== '') }),
  };
}

function tokenEndpoint(server: AuthorizationServer): string {
  if (server.token_endpoint !== undefined) return server.token_endpoint;
  throw new OstiaryError('upstream/protocol', 'The identity provider names no token endpoint.');
}
