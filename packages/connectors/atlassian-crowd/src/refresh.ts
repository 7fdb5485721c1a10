import type { Identity, UpstreamRefresh } from '@ostiary/connector-sdk';
import { isOstiaryError } from '@ostiary/primitives';
import type { Crowd, User } from './crowd.ts';
import { identityOf } from './identity.ts';
import type { AtlassianCrowd } from './login.ts';

/** Reads the account and its groups anew. One that is gone, closed, another one, or not allowed is logged out. */
export function atlassianCrowdRefresh(parts: AtlassianCrowd): UpstreamRefresh {
  return {
    kind: 'upstream',
    exclusive: false,
    async refresh({ identity, scopes }) {
      const account = await findAgain(identity, parts.crowd);
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

/** Who was renamed keeps the key, and the old name may be somebody else's by now. */
async function findAgain({ username, userId }: Identity, crowd: Crowd): Promise<User | undefined> {
  const known = await crowd.find({ username });
  return known?.key === userId ? known : crowd.find({ key: userId });
}
