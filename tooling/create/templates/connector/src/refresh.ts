import type { UpstreamRefresh } from '@ostiary/connector-sdk';
import { refreshTokens } from '@ostiary/connector-sdk/oauth2';
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
        return await fetchIdentity(provider, { refreshToken: connectorData, ...tokens });
      } catch (error) {
        if (isOstiaryError(error, 'login/not_allowed')) return 'rejected';
        throw error;
      }
    },
  };
}
