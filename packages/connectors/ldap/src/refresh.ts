import type { Identity, UpstreamRefresh } from '@ostiary/connector-sdk';
import { isOstiaryError, OstiaryError } from '@ostiary/primitives';
import { z } from 'zod';
import { identityOf, idOf } from './identity.ts';
import type { Ldap } from './login.ts';
import { findUser } from './users.ts';

/** Searches the entry and its groups anew. One that is gone, closed, or another one, is logged out. */
export function ldapRefresh({ config, directory, dialect, now }: Ldap): UpstreamRefresh {
  return {
    kind: 'upstream',
    exclusive: false,
    async refresh({ identity, scopes }) {
      const username = usernameOf(identity);
      const match = username === undefined ? undefined : dialect.again(identity, username);
      if (username === undefined || match === undefined) return 'rejected';
      try {
        return await directory(async (session) => {
          const entry = await findUser(session, { ...config, match, attributes: dialect.attributes });
          if (entry === undefined || idOf(entry, config.userSearch) !== identity.userId) return 'rejected';
          const state = dialect.stateOf(entry, now());
          if (state === 'closed') return 'rejected';
          if (state === 'locked') throw locked();
          return identityOf({ entry, username, scopes }, session, { config, dialect });
        });
      } catch (error) {
        if (isOstiaryError(error, 'login/not_allowed')) return 'rejected';
        throw error;
      }
    },
  };
}

const locked = (): OstiaryError =>
  new OstiaryError('upstream/unavailable', 'The account is locked. Please try again later.');

const schema = z.object({ username: z.string().min(1) });

function usernameOf({ connectorData }: Identity): string | undefined {
  try {
    return schema.parse(JSON.parse(connectorData?.reveal() ?? '')).username;
  } catch {
    return undefined;
  }
}
