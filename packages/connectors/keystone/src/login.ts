import type { PasswordLogin } from '@ostiary/connector-sdk';
import { refusedStatus } from '@ostiary/connector-sdk/api';
import type { KeystoneConfig } from './config.ts';
import { identityOf } from './identity.ts';
import type { Keystone } from './keystone.ts';

/** What the connector is made of. */
export interface KeystoneParts {
  readonly config: KeystoneConfig;
  readonly keystone: Keystone;
}

/** Lets Keystone check a name and a password. The person's own token reads the rest, as far as it may. */
export function keystoneLogin({ config, keystone }: KeystoneParts): PasswordLogin {
  return {
    prompt: 'username',
    async check({ username, password, scopes }) {
      if (username === '' || password.reveal() === '') return 'rejected';
      const session = await keystone.authenticate(username, password);
      if (session === undefined) return 'rejected';
      const { user } = session;
      const [account, groups] = await Promise.all([
        keystone.find(user.id, session).catch(unlessForbidden),
        scopes.groups ? keystone.groupsOf(user.id, session) : [],
      ]);
      return identityOf({ ...user, account, groups }, config);
    },
  };
}

/** Many installations do not let people read their own account; then the address is not known, nor what rules may go by. */
function unlessForbidden(error: unknown): undefined {
  if (refusedStatus(error) !== 403) throw error;
}
