import type { Identity, UpstreamRefresh } from '@ostiary/connector-sdk';
import { refusedStatus } from '@ostiary/connector-sdk/api';
import { isOstiaryError, OstiaryError } from '@ostiary/primitives';
import { identityOf } from './identity.ts';
import type { Keystone, Session, User } from './keystone.ts';
import type { KeystoneParts } from './login.ts';

/** Reads account and groups anew, as the account in the configuration. One that is gone or disabled is logged out. */
export function keystoneRefresh({ config, keystone }: KeystoneParts): UpstreamRefresh {
  return {
    kind: 'upstream',
    exclusive: false,
    async refresh({ identity, scopes }) {
      const session = await keystone.adminSession();
      const account = await findAccount(identity, session, keystone);
      if (account === undefined || account.enabled === false || account.id !== identity.userId) return 'rejected';
      const groups = scopes.groups ? await keystone.groupsOf(account.id, session) : [];
      const { id, name } = account;
      return identityOf({ id, name, account, groups }, config);
    },
  };
}

/**
 * Keystone answers 403 for an account that is gone, when the role is on the domain: it no longer sees whose it was. It
 * answers the same when this service may not read accounts, which must log nobody out; so a list has to confirm it.
 */
async function findAccount(identity: Identity, session: Session, keystone: Keystone): Promise<User | undefined> {
  const { userId: id, username: name } = identity;
  try {
    return await keystone.find(id, session);
  } catch (error) {
    if (!isOstiaryError(error) || refusedStatus(error) !== 403) throw error;
    if (await keystone.isMissing({ id, name }, session)) return undefined;
    const remedy = 'give keystoneUsername a role that may read people, and name where it has it in keystoneScope';
    throw new OstiaryError(error.code, error.message, { cause: error, detail: { ...error.detail, remedy } });
  }
}
