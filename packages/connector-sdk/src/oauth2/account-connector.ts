/** A whole connector for a provider with OAuth 2.0 and an API: what to ask for, and how to read who somebody is. */
import { isOstiaryError, type Secret } from '@ostiary/primitives';
import { refusedStatus } from '../api/failure.ts';
import { chooseCallbackUrl } from '../callback-url.ts';
import type { BeginLogin, ConnectorScopes, RedirectLogin, RefreshAsk, UpstreamRefresh } from '../connector.ts';
import type { ConnectorContext } from '../define.ts';
import type { Identity } from '../identity.ts';
import { type HeldTokens, hasExpired, holdTokens, readHeldTokens, writeHeldTokens } from './held-tokens.ts';
import { beginAuthorization, finishAuthorization, type OAuthProvider, renewAuthorization } from './login.ts';

/** Who somebody is; the tokens are added by {@link accountConnector}. */
export type Account = Omit<Identity, 'connectorData'>;

/** What an account is asked about. */
export interface AccountQuestion {
  readonly accessToken: Secret;
  readonly scopes: ConnectorScopes;
}

/** What makes one provider differ from another. */
export interface AccountConnectorOptions {
  readonly context: Pick<ConnectorContext, 'id' | 'now'>;
  /** The provider; a function where its endpoints are found out when they are first needed. */
  readonly provider: OAuthProvider | (() => Promise<OAuthProvider>);
  /** Dex's `redirectURI`, if it is configured. */
  readonly redirectUri?: string | undefined;
  /** The scopes to ask for: the smallest that do the job. */
  readonly scopes: (asked: ConnectorScopes) => readonly string[];
  /** Further parameters of the authorization request. */
  readonly parameters?: (ask: BeginLogin) => Readonly<Record<string, string>>;
  /**
   * `always`: every refresh spends the refresh token, for providers whose API goes on answering for an account that
   * was closed until its access token ends. Default: `when the access token has ended`.
   */
  readonly renew?: 'always' | 'when the access token has ended';
  /** Milliseconds after the login from which it is not renewed any more, whatever the provider says. Default: none. */
  readonly maxAgeMs?: number;
  /**
   * Asks the provider who the token belongs to, groups and allow-lists included. Called at login and at every refresh.
   * A refusal with status 401 means that the token is no longer good; `login/not_allowed` ends the login.
   */
  readonly identify: (question: AccountQuestion) => Promise<Account>;
}

/** The facets of a connector to such a provider. */
export interface AccountConnector {
  readonly via: 'redirect';
  readonly login: RedirectLogin;
  readonly refresh: UpstreamRefresh;
}

/**
 * Login and refresh for a provider that speaks OAuth 2.0. The access token of the login is used until it ends, then
 * the refresh token, if there is one; so a login lasts as long as the provider lets it.
 */
export function accountConnector(options: AccountConnectorOptions): AccountConnector {
  return { via: 'redirect', login: accountLogin(options), refresh: accountRefresh(options) };
}

function accountLogin(options: AccountConnectorOptions): RedirectLogin {
  const { context, identify, parameters } = options;
  const callbackOf = (callbackUrl: string): string =>
    chooseCallbackUrl({ callbackUrl, id: context.id, configured: options.redirectUri });
  return {
    async begin(ask) {
      const redirectUri = callbackOf(ask.callbackUrl);
      const scopes = options.scopes(ask.scopes);
      const more = parameters === undefined ? {} : { more: parameters(ask) };
      const step = beginAuthorization(await providerOf(options), { redirectUri, scopes, state: ask.state, ...more });
      return { kind: 'redirect', ...step };
    },
    async finish({ callbackUrl, state, params, keep, scopes }) {
      const redirectUri = callbackOf(callbackUrl);
      const provider = await providerOf(options);
      const held = holdTokens(await finishAuthorization(provider, { redirectUri, state, params, keep }), context.now);
      return withTokens(await identify({ accessToken: held.accessToken, scopes }), held);
    },
  };
}

function accountRefresh(options: AccountConnectorOptions): UpstreamRefresh {
  return {
    kind: 'upstream',
    // A refresh token may be good for one use only, and nobody can tell beforehand.
    exclusive: true,
    async refresh(ask) {
      const held = readHeldTokens(ask.identity);
      if (held === undefined || isTooOld(held, options)) return 'rejected';
      const renewsFirst = options.renew === 'always' && held.refreshToken !== undefined;
      if (renewsFirst || hasExpired(held, options.context.now)) return renewAndIdentify(ask, held, options);
      const answer = await identifyAgain(ask, held, options);
      return answer === 'token refused' ? renewAndIdentify(ask, held, options) : answer;
    },
  };
}

function isTooOld({ loggedInAt }: HeldTokens, { maxAgeMs = Infinity, context }: AccountConnectorOptions): boolean {
  return context.now().getTime() - loggedInAt.getTime() >= maxAgeMs;
}

async function renewAndIdentify(
  ask: RefreshAsk,
  held: HeldTokens,
  options: AccountConnectorOptions,
): Promise<Identity | 'rejected'> {
  if (held.refreshToken === undefined) return 'rejected';
  const tokens = await renewAuthorization(await providerOf(options), held.refreshToken);
  if (tokens === 'rejected') return 'rejected';
  const renewed = holdTokens(tokens, options.context.now, held);
  // The old refresh token may be spent, so the new one must not be lost when the provider fails after this.
  if (renewed.refreshToken?.reveal() !== held.refreshToken.reveal()) await ask.persist(writeHeldTokens(renewed));
  const answer = await identifyAgain(ask, renewed, options);
  return answer === 'token refused' ? 'rejected' : answer;
}

async function identifyAgain(
  { identity, scopes }: RefreshAsk,
  held: HeldTokens,
  { identify }: AccountConnectorOptions,
): Promise<Identity | 'rejected' | 'token refused'> {
  try {
    const account = await identify({ accessToken: held.accessToken, scopes });
    // A login name as id, which was changed: asking again would be in vain, and to log in anew helps.
    if (account.userId !== identity.userId) return 'rejected';
    return withTokens(account, held);
  } catch (error) {
    if (isOstiaryError(error, 'login/not_allowed')) return 'rejected';
    if (refusedStatus(error) === 401) return 'token refused';
    throw error;
  }
}

const withTokens = (account: Account, held: HeldTokens): Identity => ({
  ...account,
  connectorData: writeHeldTokens(held),
});

const providerOf = async ({ provider }: AccountConnectorOptions): Promise<OAuthProvider> =>
  typeof provider === 'function' ? provider() : provider;
