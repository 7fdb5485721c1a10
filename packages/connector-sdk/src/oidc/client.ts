/** A login with OpenID Connect, as a client of one provider: code flow, PKCE, nonce. */
import { type Json, OstiaryError, type RandomBytes, type Secret } from '@ostiary/primitives';
import { z } from 'zod';
import type { SecretSource } from '../config/index.ts';
import { authorizationUrl } from '../oauth2/authorization-url.ts';
import { checkCallback } from '../oauth2/callback.ts';
import { type ClientAuthentication, secretMethod } from '../oauth2/client.ts';
import { unbelievable } from '../oauth2/failure.ts';
import { codeChallenge, type PkceMethod, randomToken } from '../oauth2/pkce.ts';
import { withoutBlanks } from '../oauth2/token-answer.ts';
import { type Parties, redeemCode, refreshTokens, type TokenSet } from '../oauth2/tokens.ts';
import { type Claims, verifyIdToken } from './id-token.ts';
import type { Provider } from './provider.ts';

/** This service as a client of an OpenID provider. */
export interface OpenIdClient {
  readonly provider: Provider;
  readonly clientId: string;
  /** Absent for a public client. */
  readonly secret?: SecretSource;
  /** How the secret is sent. Absent: as the provider says, Basic if it says nothing. */
  readonly secretMethod?: 'client_secret_basic' | 'client_secret_post';
  /** Absent: S256, unless the provider lists methods without it. `plain` only where somebody configured it. */
  readonly pkce?: PkceMethod;
  readonly random: RandomBytes;
}

/** Where a login comes back to, and what it asks for. */
export interface LoginRequest {
  readonly redirectUri: string;
  readonly scopes: readonly string[];
  readonly state: string;
  /** Further parameters: `prompt`, `acr_values`, `login_hint`. */
  readonly more?: Readonly<Record<string, string>>;
}

/** What the browser brought back, and what was kept meanwhile. */
export interface LoginResponse {
  readonly redirectUri: string;
  readonly state: string;
  readonly params: URLSearchParams;
  /** What {@link beginLogin} gave. */
  readonly keep: Json;
}

/** The tokens of a login, and who it was. */
export interface LoginResult {
  readonly tokens: TokenSet;
  /** Claims of the verified ID token. */
  readonly claims: Claims;
}

const kept = z.object({ nonce: z.string().min(1), verifier: z.string().exactOptional() });

/** The URL to send the browser to, and what to keep until it comes back. A nonce always goes along. */
export async function beginLogin(
  client: OpenIdClient,
  request: LoginRequest,
): Promise<{ readonly url: string; readonly keep: Json }> {
  const server = await client.provider.metadata();
  if (server.authorization_endpoint === undefined) throw logsNobodyIn('no authorization_endpoint');
  // Before somebody has logged in there in vain.
  if (server.token_endpoint === undefined) throw logsNobodyIn('no token_endpoint');
  const method = client.pkce ?? defaultMethod(server.code_challenge_methods_supported);
  const nonce = randomToken(client.random);
  const verifier = method === undefined ? undefined : randomToken(client.random);
  const url = authorizationUrl({
    endpoint: server.authorization_endpoint,
    clientId: client.clientId,
    redirectUri: request.redirectUri,
    scopes: ['openid', ...request.scopes],
    state: request.state,
    more: { ...request.more, nonce, ...(method && verifier ? codeChallenge(verifier, method) : {}) },
  });
  return { url, keep: verifier === undefined ? { nonce } : { nonce, verifier } };
}

const logsNobodyIn = (reason: string): OstiaryError =>
  unbelievable({ reason, remedy: 'it logs nobody in: allow its connector for the token exchange only' });

/** Providers that list no methods ignore what they do not know, so S256 costs nothing there. */
const defaultMethod = (methods: readonly string[] | undefined): PkceMethod | undefined =>
  methods === undefined || methods.includes('S256') ? 'S256' : undefined;

/**
 * Finishes a login: checks what the browser brought, redeems the code, verifies the ID token.
 *
 * @throws {OstiaryError} `login/denied`, `upstream/unavailable`, `upstream/protocol`.
 */
export async function finishLogin(client: OpenIdClient, answer: LoginResponse): Promise<LoginResult> {
  const keep = kept.safeParse(answer.keep);
  if (!keep.success) throw new OstiaryError('login/expired', 'This login was not begun here. Start again.');
  const { nonce, verifier } = keep.data;
  const who = await parties(client);
  const callback = checkCallback({
    server: who.server,
    clientId: client.clientId,
    params: answer.params,
    state: answer.state,
  });
  const pkce = verifier === undefined ? {} : { verifier };
  const tokens = await redeemCode({ ...who, callback, redirectUri: answer.redirectUri, nonce, ...pkce });
  // With a nonce an answer without one was refused already; the type does not tell.
  if (tokens.idToken === undefined) throw unbelievable({ reason: 'no id_token' });
  const claims = await verifyIdToken(tokens.idToken, {
    provider: client.provider,
    clientId: client.clientId,
    nonce,
    authorizedParty: 'us',
  });
  return { tokens, claims };
}

/** The tokens of a refresh, and who it was if the provider said so. */
export interface RefreshResult {
  readonly tokens: TokenSet;
  /** Claims of the new ID token; a provider need not send one (OpenID Connect Core section 12.2). */
  readonly claims?: Claims;
}

/** Which login to renew. */
export interface RefreshRequest {
  readonly refreshToken: Secret;
  /** The `sub` of the login. */
  readonly subject: string | undefined;
  /** Told the new tokens before anything else is asked: the old refresh token may be spent. */
  readonly persist: (tokens: TokenSet) => Promise<void>;
}

/**
 * Asks for new tokens. A new ID token must be about the same account.
 *
 * @returns `rejected` when the provider says that the login is over.
 * @throws {OstiaryError} `upstream/unavailable`, `upstream/protocol`, and what `persist` throws.
 */
export async function refreshLogin(
  client: OpenIdClient,
  { refreshToken, subject, persist }: RefreshRequest,
): Promise<RefreshResult | 'rejected'> {
  const tokens = await refreshTokens(await parties(client), refreshToken);
  if (tokens === 'rejected') return 'rejected';
  await persist(tokens);
  if (tokens.idToken === undefined) return { tokens };
  const { provider, clientId } = client;
  const claims = await verifyIdToken(tokens.idToken, { provider, clientId, authorizedParty: 'us' });
  if (subject !== undefined && claims.sub !== subject) throw unbelievable({ reason: 'sub is another account' });
  return { tokens, claims };
}

async function parties(client: OpenIdClient): Promise<Parties> {
  const server = await client.provider.metadata();
  const { secret } = client;
  const method = client.secretMethod ?? secretMethod(server.token_endpoint_auth_methods_supported);
  const authentication: ClientAuthentication = secret === undefined ? { method: 'none' } : { method, secret };
  const { transport } = client.provider;
  const tolerant = { ...transport, fetch: withoutBlanks(transport.fetch) };
  return { server, client: { clientId: client.clientId, authentication }, transport: tolerant };
}
