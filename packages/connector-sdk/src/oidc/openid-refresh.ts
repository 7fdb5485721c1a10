import { isOstiaryError, Secret } from '@ostiary/primitives';
import type { RefreshAsk, UpstreamRefresh } from '../connector.ts';
import type { Identity } from '../identity.ts';
import { type RefreshResult, refreshLogin } from './client.ts';
import { type HeldSession, readSession, writeSession } from './held-session.ts';
import { identify, type OpenIdConnectorOptions } from './openid-connector.ts';
import { fetchUserInfo } from './user-info.ts';

/**
 * Asks the provider with the refresh token of the login. Exclusive, because most providers spend the token with each
 * use. A login without one cannot be renewed: its scopes did not ask for it.
 */
export function openIdRefresh(options: OpenIdConnectorOptions): UpstreamRefresh {
  return {
    kind: 'upstream',
    exclusive: true,
    async refresh(ask) {
      const session = readSession(ask.identity);
      if (session?.refreshToken === undefined) return 'rejected';
      const answer = await refreshLogin(options.client, {
        refreshToken: new Secret(session.refreshToken),
        subject: session.subject,
        persist: async (tokens) => {
          const rotated = tokens.refreshToken;
          if (rotated !== undefined && rotated.reveal() !== session.refreshToken) {
            await ask.persist(writeSession({ ...session, refreshToken: rotated.reveal() }));
          }
        },
      });
      if (answer === 'rejected') return 'rejected';
      try {
        return await renewed(options, { ask, answer, kept: keepTokens(session, answer) });
      } catch (error) {
        if (isOstiaryError(error, 'login/not_allowed')) return 'rejected';
        throw error;
      }
    },
  };
}

interface Renewal {
  readonly ask: RefreshAsk;
  readonly answer: RefreshResult;
  readonly kept: HeldSession;
}

async function renewed(
  options: OpenIdConnectorOptions,
  { ask, answer, kept }: Renewal,
): Promise<Identity | 'rejected'> {
  const { identity } = ask;
  const current = await currentIdentity(options, { ask, answer, kept });
  if (current === undefined) return withSession(identity, kept);
  // `sub` is the same, so another claim is the id, and was changed: asking again would be in vain, to log in anew helps.
  if (current.userId !== identity.userId) return 'rejected';
  // When and how the person logged in does not change with a refresh, unless the provider says it again.
  const authentication = { ...identity.authentication, ...current.authentication };
  return withSession({ ...current, authentication }, kept);
}

/**
 * A provider need not send an ID token with a refresh (OpenID Connect Core section 12.2). Its userinfo has the claims
 * only where the configuration says so; else those of the login go on.
 */
async function currentIdentity(
  options: OpenIdConnectorOptions,
  { ask, answer, kept }: Renewal,
): Promise<Omit<Identity, 'connectorData'> | undefined> {
  const { scopes, identity: before } = ask;
  const { tokens, claims } = answer;
  if (claims !== undefined) return identify(options, { tokens, claims, scopes, before });
  if (options.userInfo === 'never') return undefined;
  const { provider, clientId } = options.client;
  const { accessToken } = tokens;
  const idToken = await fetchUserInfo({ provider, clientId, accessToken, subject: kept.subject });
  return options.identify({ idToken, accessToken, scopes, before });
}

/** A provider that sends no new refresh token means the old one to go on. */
function keepTokens(session: HeldSession, { tokens }: RefreshResult): HeldSession {
  return {
    subject: session.subject,
    refreshToken: tokens.refreshToken?.reveal() ?? session.refreshToken,
    idToken: tokens.idToken?.reveal() ?? session.idToken,
  };
}

const withSession = (identity: Identity, session: HeldSession): Identity => ({
  ...identity,
  connectorData: writeSession(session),
});
