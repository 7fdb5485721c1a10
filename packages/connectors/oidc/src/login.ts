import {
  type Authentication,
  type ConnectorContext,
  chooseCallbackUrl,
  type Identity,
  type RedirectLogin,
} from '@ostiary/connector-sdk';
import type { TokenSet } from '@ostiary/connector-sdk/oauth2';
import { beginLogin, type Claims, fetchUserInfo, finishLogin, type OpenIdClient } from '@ostiary/connector-sdk/oidc';
import { identityOf } from './claims.ts';
import type { OidcConfig } from './config.ts';
import { writeConnectorData } from './connector-data.ts';

/** What every part of the connector works with. */
export interface Oidc {
  readonly client: OpenIdClient;
  readonly config: OidcConfig;
  readonly context: Pick<ConnectorContext, 'id'>;
}

export function oidcLogin(oidc: Oidc): RedirectLogin {
  const { client, config } = oidc;
  return {
    async begin(ask) {
      const step = await beginLogin(client, {
        redirectUri: callbackOf(oidc, ask.callbackUrl),
        scopes: config.scopes.filter((scope) => scope !== 'openid'),
        state: ask.state,
        more: {
          ...promptOf(config, ask),
          ...(config.acrValues.length === 0 ? {} : { acr_values: config.acrValues.join(' ') }),
          ...(ask.loginHint === undefined ? {} : { login_hint: ask.loginHint }),
        },
      });
      return { kind: 'redirect', ...step };
    },
    async finish({ callbackUrl, state, params, keep }) {
      const redirectUri = callbackOf(oidc, callbackUrl);
      const { tokens, claims } = await finishLogin(client, { redirectUri, state, params, keep });
      return identify(oidc, tokens, claims);
    },
  };
}

/** The identity of a token answer whose ID token has been verified; asks userinfo where that is configured. */
export async function identify({ client, config }: Oidc, tokens: TokenSet, idToken: Claims): Promise<Identity> {
  const { provider, clientId } = client;
  const { accessToken } = tokens;
  const userinfo = config.getUserInfo
    ? await fetchUserInfo({ provider, clientId, accessToken, subject: idToken.sub })
    : undefined;
  return {
    ...identityOf({ idToken, ...(userinfo === undefined ? {} : { userinfo }) }, config),
    authentication: authenticationOf(idToken),
    connectorData: writeConnectorData({
      subject: idToken.sub,
      refreshToken: tokens.refreshToken?.reveal(),
      idToken: tokens.idToken?.reveal(),
    }),
  };
}

function authenticationOf({ auth_time: time, amr, acr }: Claims): Authentication {
  const methods = Array.isArray(amr) ? amr.filter((method) => typeof method === 'string') : [];
  return {
    ...(typeof time === 'number' && time > 0 ? { time: new Date(time * 1000) } : {}),
    ...(methods.length === 0 ? {} : { methods }),
    ...(typeof acr === 'string' ? { contextClass: acr } : {}),
  };
}

function callbackOf({ config, context }: Oidc, callbackUrl: string): string {
  const { redirectURI } = config;
  return chooseCallbackUrl({
    callbackUrl,
    id: context.id,
    ...(redirectURI === undefined ? {} : { configured: redirectURI }),
  });
}

type Ask = Parameters<RedirectLogin['begin']>[0];

/** Providers give a refresh token only to a client that asks for it: `access_type` is Google's way, consent others'. */
function promptOf({ promptType }: OidcConfig, { scopes, forceLogin }: Ask): Record<string, string> {
  const wished = scopes.offlineAccess ? promptType.split(' ').filter((word) => word !== '') : [];
  const words = [...new Set(forceLogin === true ? ['login', ...wished.filter((word) => word !== 'none')] : wished)];
  return {
    ...(scopes.offlineAccess ? { access_type: 'offline' } : {}),
    ...(words.length === 0 ? {} : { prompt: words.join(' ') }),
  };
}
