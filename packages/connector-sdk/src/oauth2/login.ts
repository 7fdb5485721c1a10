/** A login with plain OAuth 2.0, as a client of one provider: code flow and PKCE. Who it was, its API tells. */
import { type Json, OstiaryError, type RandomBytes, type Secret } from '@ostiary/primitives';
import type { AuthorizationServer } from 'oauth4webapi';
import { z } from 'zod';
import { authorizationUrl } from './authorization-url.ts';
import { checkCallback } from './callback.ts';
import type { OAuthClient } from './client.ts';
import { codeChallenge, randomToken } from './pkce.ts';
import { standardTokenAnswers } from './token-answer.ts';
import { type Parties, redeemCode, refreshTokens, type TokenSet } from './tokens.ts';
import type { Transport } from './transport.ts';

/** The endpoints of a provider that speaks OAuth 2.0 without OpenID Connect. */
export interface OAuthServer {
  /** What the provider calls itself (`iss`, RFC 9207). Absent: not known, so an `iss` it sends cannot be compared. */
  readonly issuer?: string;
  readonly authorizationEndpoint: string;
  readonly tokenEndpoint: string;
}

/** A provider as a login needs it. */
export interface OAuthProvider {
  readonly server: OAuthServer;
  readonly client: OAuthClient;
  readonly transport: Transport;
  readonly random: RandomBytes;
  /** `none` for a provider that refuses PKCE. Then the state alone ties the two ends of a login. Default: S256. */
  readonly pkce?: 'S256' | 'none';
  /**
   * Codes of its own by which this provider says that a refresh token is no longer good. Name none that it also gives
   * for what is wrong with this service: a mistake in the configuration would end every login.
   */
  readonly endingCodes?: readonly string[];
}

/** Where a login comes back to, and what it asks for. */
export interface AuthorizationAsk {
  readonly redirectUri: string;
  readonly scopes: readonly string[];
  readonly state: string;
  /** Further parameters: `prompt`, `login_hint`. */
  readonly more?: Readonly<Record<string, string>>;
}

/** What the browser brought back, and what was kept meanwhile. */
export interface AuthorizationAnswer {
  readonly redirectUri: string;
  readonly state: string;
  readonly params: URLSearchParams;
  readonly keep: Json;
}

const kept = z.object({ verifier: z.string().min(1) });

/**
 * The URL to send the browser to, and what to keep until it comes back. PKCE with S256 goes along unless the provider
 * refuses it; one that does not know it ignores it (RFC 6749 section 3.1).
 */
export function beginAuthorization(
  { server, client, random, pkce }: OAuthProvider,
  ask: AuthorizationAsk,
): { readonly url: string; readonly keep: Json } {
  const verifier = pkce === 'none' ? undefined : randomToken(random);
  const url = authorizationUrl({
    endpoint: server.authorizationEndpoint,
    clientId: client.clientId,
    redirectUri: ask.redirectUri,
    scopes: ask.scopes,
    state: ask.state,
    more: { ...ask.more, ...(verifier === undefined ? {} : codeChallenge(verifier, 'S256')) },
  });
  return { url, keep: verifier === undefined ? null : { verifier } };
}

/**
 * Checks what the browser brought and redeems the code.
 *
 * @throws {OstiaryError} `login/denied`, `login/expired`, `upstream/unavailable`, `upstream/protocol`.
 */
export async function finishAuthorization(provider: OAuthProvider, answer: AuthorizationAnswer): Promise<TokenSet> {
  const verifier = provider.pkce === 'none' ? {} : kept.safeParse(answer.keep).data;
  if (verifier === undefined) throw new OstiaryError('login/expired', 'This login was not begun here. Start again.');
  const parties = partiesOf(provider);
  const callback = checkCallback({
    server: parties.server,
    clientId: provider.client.clientId,
    params: comparable(answer.params, provider.server),
    state: answer.state,
  });
  return redeemCode({ ...parties, callback, redirectUri: answer.redirectUri, ...verifier });
}

/**
 * Asks for new tokens; see `refreshTokens`.
 *
 * @returns `rejected` when the provider says that the grant is over.
 */
export function renewAuthorization(provider: OAuthProvider, refreshToken: Secret): Promise<TokenSet | 'rejected'> {
  return refreshTokens(partiesOf(provider), refreshToken);
}

/** Stands for an issuer that is not known; nothing is compared with it. */
const unknownIssuer = 'https://issuer.invalid';

function partiesOf({ server, client, transport, endingCodes = [] }: OAuthProvider): Parties {
  const metadata: AuthorizationServer = {
    issuer: server.issuer ?? unknownIssuer,
    authorization_endpoint: server.authorizationEndpoint,
    token_endpoint: server.tokenEndpoint,
  };
  const standard = { ...transport, fetch: standardTokenAnswers(transport.fetch) };
  return { server: metadata, client, transport: standard, endingCodes };
}

function comparable(params: URLSearchParams, { issuer }: OAuthServer): URLSearchParams {
  const compared = new URLSearchParams(params);
  if (issuer === undefined) compared.delete('iss');
  return compared;
}
