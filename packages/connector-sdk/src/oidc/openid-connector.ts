/** A whole connector for a provider with OpenID Connect: what to ask for, and how to read its claims. */
import { Secret } from '@ostiary/primitives';
import { chooseCallbackUrl } from '../callback-url.ts';
import type { BeginLogin, ConnectorScopes, RedirectLogin, UpstreamLogout, UpstreamRefresh } from '../connector.ts';
import type { ConnectorContext } from '../define.ts';
import type { Authentication, Identity } from '../identity.ts';
import type { TokenSet } from '../oauth2/tokens.ts';
import { beginLogin, finishLogin, type OpenIdClient } from './client.ts';
import { endSessionUrl } from './end-session.ts';
import { readSession, writeSession } from './held-session.ts';
import type { Claims } from './id-token.ts';
import { openIdRefresh } from './openid-refresh.ts';
import { fetchUserInfo } from './user-info.ts';

/** What a provider said about somebody. All documents are about the same `sub`; that has been checked. */
export interface OpenIdAnswer {
  /** Claims of the verified ID token; of the userinfo answer where a refresh brought no ID token. */
  readonly idToken: Claims;
  /** Claims of the userinfo answer, where it was asked for besides the ID token. */
  readonly userinfo?: Claims;
  readonly accessToken: Secret;
  readonly scopes: ConnectorScopes;
  /** At a refresh: who it was before. Some providers say less then than at the login. */
  readonly before?: Identity;
}

/** What makes one provider differ from another. */
export interface OpenIdConnectorOptions {
  readonly context: Pick<ConnectorContext, 'id' | 'log'>;
  readonly client: OpenIdClient;
  /** Dex's `redirectURI`, if it is configured. */
  readonly redirectUri?: string | undefined;
  /** The scopes to ask for, besides `openid`. */
  readonly scopes: (asked: ConnectorScopes) => readonly string[] | Promise<readonly string[]>;
  /** Further parameters of the authorization request. */
  readonly parameters?: (ask: BeginLogin) => Readonly<Record<string, string>>;
  /**
   * When the userinfo endpoint is asked. A refresh may bring no ID token (OpenID Connect Core section 12.2); with
   * `never`, what was known goes on then.
   */
  readonly userInfo: 'always' | 'without an ID token' | 'never';
  /** Reads the claims, groups and allow-lists included. `login/not_allowed` ends the login. */
  readonly identify: (answer: OpenIdAnswer) => Promise<OpenIdAccount> | OpenIdAccount;
}

/** Who somebody is; the rest is added by {@link openIdConnector}. */
export type OpenIdAccount = Omit<Identity, 'connectorData' | 'authentication' | 'renewable'>;

/** The facets of a connector to such a provider. */
export interface OpenIdConnector {
  readonly via: 'redirect';
  readonly login: RedirectLogin;
  readonly refresh: UpstreamRefresh;
  readonly logout: UpstreamLogout;
}

/** Login, refresh and logout for an OpenID provider. */
export function openIdConnector(options: OpenIdConnectorOptions): OpenIdConnector {
  return {
    via: 'redirect',
    login: openIdLogin(options),
    refresh: openIdRefresh(options),
    logout: openIdLogout(options.client),
  };
}

function openIdLogin(options: OpenIdConnectorOptions): RedirectLogin {
  const { client, context } = options;
  const callbackOf = (callbackUrl: string): string =>
    chooseCallbackUrl({ callbackUrl, id: context.id, configured: options.redirectUri });
  return {
    async begin(ask) {
      const scopes = await options.scopes(ask.scopes);
      const step = await beginLogin(client, {
        redirectUri: callbackOf(ask.callbackUrl),
        scopes: scopes.filter((scope) => scope !== 'openid'),
        state: ask.state,
        more: {
          ...options.parameters?.(ask),
          // With max_age the provider must say when the login was (OpenID Connect Core section 2, auth_time).
          ...(ask.forceLogin === true ? { max_age: '0' } : {}),
          ...(ask.loginHint === undefined ? {} : { login_hint: ask.loginHint }),
        },
      });
      return { kind: 'redirect', ...step };
    },
    async finish({ callbackUrl, state, params, keep, scopes }) {
      const redirectUri = callbackOf(callbackUrl);
      const { tokens, claims } = await finishLogin(client, { redirectUri, state, params, keep });
      const identity = await identify(options, { tokens, claims, scopes });
      if (tokens.refreshToken !== undefined) return identity;
      if (scopes.offlineAccess) context.log.warn('provider.no_refresh_token', { connector: context.id });
      return { ...identity, renewable: false };
    },
  };
}

/** Tokens whose ID token has been verified. */
export interface Verified {
  readonly tokens: TokenSet;
  readonly claims: Claims;
  readonly scopes: ConnectorScopes;
  readonly before?: Identity;
}

/** The identity behind tokens; asks userinfo where that is configured. */
export async function identify(
  options: OpenIdConnectorOptions,
  { tokens, claims: idToken, scopes, before }: Verified,
): Promise<Identity> {
  const { provider, clientId } = options.client;
  const { accessToken } = tokens;
  const ask = { provider, clientId, accessToken, subject: idToken.sub };
  const userinfo = options.userInfo === 'always' ? { userinfo: await fetchUserInfo(ask) } : {};
  return {
    ...(await options.identify({
      idToken,
      ...userinfo,
      accessToken,
      scopes,
      ...(before === undefined ? {} : { before }),
    })),
    authentication: authenticationOf(idToken),
    connectorData: writeSession({
      subject: idToken.sub,
      refreshToken: tokens.refreshToken?.reveal(),
      idToken: tokens.idToken?.reveal(),
    }),
  };
}

/** When and how the person proved who they are, as an ID token tells (OpenID Connect Core section 2). */
export function authenticationOf({ auth_time: time, amr, acr }: Claims): Authentication {
  const methods = Array.isArray(amr) ? amr.filter((method) => typeof method === 'string') : [];
  return {
    ...(typeof time === 'number' && time > 0 ? { time: new Date(time * 1000) } : {}),
    ...(methods.length === 0 ? {} : { methods }),
    ...(typeof acr === 'string' ? { contextClass: acr } : {}),
  };
}

/** RP-initiated logout at the provider, with the ID token of the login as the hint. */
function openIdLogout(client: OpenIdClient): UpstreamLogout {
  return {
    async begin({ returnUrl, state, connectorData }) {
      const idToken = connectorData && readSession({ connectorData })?.idToken;
      const url = endSessionUrl({
        server: await client.provider.metadata(),
        clientId: client.clientId,
        returnUrl,
        state,
        ...(idToken === undefined ? {} : { idToken: new Secret(idToken) }),
      });
      return url === undefined ? undefined : { url };
    },
  };
}
