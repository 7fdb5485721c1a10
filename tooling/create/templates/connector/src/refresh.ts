import type { UpstreamRefresh } from '@ostiary/connector-sdk';
import { refreshTokens, unbelievable } from '@ostiary/connector-sdk/oauth2';
import { isOstiaryError } from '@ostiary/primitives';
import { fetchIdentity, type TemplateNameProvider } from './login.ts';

/** Asks Template Name again, with the refresh token that the login brought. */
export function templateNameRefresh(provider: TemplateNameProvider): UpstreamRefresh {
  return {
    kind: 'upstream',
    // A provider may answer with a new refresh token and forget the old one.
    exclusive: true,
    async refresh({ identity }) {
      const { connectorData } = identity;
      if (connectorData === undefined) return 'rejected';
      const tokens = await refreshTokens(provider, connectorData);
      if (tokens === 'rejected') return 'rejected';
      try {
        const now = await fetchIdentity(provider, { refreshToken: connectorData, ...tokens });
        if (now.userId !== identity.userId) throw unbelievable({ endpoint: 'user', reason: 'another account' });
        return now;
      } catch (error) {
        if (isOstiaryError(error, 'login/not_allowed')) return 'rejected';
        throw error;
      }
    },
  };
}
