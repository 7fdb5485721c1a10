import type { UpstreamRefresh } from '@ostiary/connector-sdk';
import { identityOf } from './identity.ts';
import type { KeystoneParts } from './login.ts';

/** Reads account and groups anew, as the account in the configuration. One that is gone or disabled is logged out. */
export function keystoneRefresh({ config, keystone }: KeystoneParts): UpstreamRefresh {
  return {
    kind: 'upstream',
    exclusive: false,
    async refresh({ identity, scopes }) {
      const session = await keystone.adminSession();
      const account = await keystone.find(identity.userId, session);
      if (account === undefined || !account.enabled || account.id !== identity.userId) return 'rejected';
      const groups = scopes.groups ? await keystone.groupsOf(account.id, session) : [];
      return identityOf(account, groups, config);
    },
  };
}
