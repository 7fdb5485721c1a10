import type { UpstreamRefresh } from '@ostiary/connector-sdk';
import { isOstiaryError } from '@ostiary/primitives';
import { identityOf } from './identity.ts';
import type { AtlassianCrowd } from './login.ts';

/** Reads the account and its groups anew. One that is gone, closed, another one, or not allowed is logged out. */
export function atlassianCrowdRefresh(parts: AtlassianCrowd): UpstreamRefresh {
  return {
    kind: 'upstream',
    exclusive: false,
    async refresh({ identity, scopes }) {
      const account = await parts.crowd.find(identity.username);
      if (account === undefined || !account.active || account.key !== identity.userId) return 'rejected';
      try {
        return await identityOf(account, scopes, parts);
      } catch (error) {
        if (isOstiaryError(error, 'login/not_allowed')) return 'rejected';
        throw error;
      }
    },
  };
}
