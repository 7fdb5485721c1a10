import type { UpstreamRefresh } from '@ostiary/connector-sdk';
import { identityOf } from './identity.ts';
import type { PasswordDatabase } from './password-database.ts';

/** Reads the account anew. An account that is gone, or has become another one, is logged out. */
export function localRefresh(database: PasswordDatabase): UpstreamRefresh {
  return {
    kind: 'upstream',
    exclusive: false,
    async refresh({ identity }) {
      const entry = await database.findByUserId(identity.userId);
      return entry === undefined || entry.userId !== identity.userId ? 'rejected' : identityOf(entry);
    },
  };
}
