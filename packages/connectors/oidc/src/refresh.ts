import type { Identity, UpstreamRefresh } from '@ostiary/connector-sdk';
import { type Claims, fetchUserInfo, type RefreshResult, refreshLogin } from '@ostiary/connector-sdk/oidc';
import { isOstiaryError, OstiaryError, Secret } from '@ostiary/primitives';
import { identityOf } from './claims.ts';
import { type ConnectorData, readConnectorData, writeConnectorData } from './connector-data.ts';
import { identify, type Oidc } from './login.ts';

/**
 * Asks the provider with the refresh token of the login. Exclusive, because most providers spend the token with each
 * use. A login without one cannot be renewed: its scopes did not ask for it.
 */
export function oidcRefresh(oidc: Oidc): UpstreamRefresh {
  return {
    kind: 'upstream',
    exclusive: true,
    async refresh({ identity }) {
      const data = readConnectorData(identity);
      if (data?.refreshToken === undefined) return 'rejected';
      const answer = await refreshLogin(oidc.client, new Secret(data.refreshToken), data.subject);
      if (answer === 'rejected') return 'rejected';
      const kept = keepTokens(data, answer);
      try {
        return await renewed(oidc, { identity, answer, kept });
      } catch (error) {
        if (isOstiaryError(error, 'login/not_allowed')) return 'rejected';
        // The old token is spent, so the new one must not be lost: the claims of before serve until the next refresh.
        if (isOstiaryError(error, 'upstream/unavailable')) return withData(identity, kept);
        throw error;
      }
    },
  };
}

interface Renewal {
  readonly identity: Identity;
  readonly answer: RefreshResult;
  readonly kept: ConnectorData;
}

async function renewed(oidc: Oidc, { identity, answer, kept }: Renewal): Promise<Identity> {
  const claims = answer.claims ?? (await userinfoInstead(oidc, answer, kept.subject));
  if (claims === undefined) return withData(identity, kept);
  const current =
    answer.claims === undefined
      ? identityOf({ idToken: claims }, oidc.config)
      : await identify(oidc, answer.tokens, claims);
  if (current.userId !== identity.userId) {
    throw new OstiaryError('upstream/protocol', 'The identity provider answered about another account.');
  }
  return withData({ ...identity, ...current }, kept);
}

/**
 * A provider need not send an ID token with a refresh (OpenID Connect Core section 12.2). Its userinfo has the claims
 * only where the configuration says so; else those of the login go on.
 */
async function userinfoInstead(
  { client: { provider, clientId }, config }: Oidc,
  { tokens: { accessToken } }: RefreshResult,
  subject: string,
): Promise<Claims | undefined> {
  return config.getUserInfo ? fetchUserInfo({ provider, clientId, accessToken, subject }) : undefined;
}

/** A provider that sends no new refresh token means the old one to go on. */
function keepTokens(data: ConnectorData, { tokens }: RefreshResult): ConnectorData {
  return {
    subject: data.subject,
    refreshToken: tokens.refreshToken?.reveal() ?? data.refreshToken,
    idToken: tokens.idToken?.reveal() ?? data.idToken,
  };
}

const withData = (identity: Identity, data: ConnectorData): Identity => ({
  ...identity,
  connectorData: writeConnectorData(data),
});
