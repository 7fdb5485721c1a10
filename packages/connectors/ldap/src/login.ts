import type { PasswordLogin } from '@ostiary/connector-sdk';
import type { LdapConfig } from './config.ts';
import type { Directory } from './directory.ts';
import { identityOf } from './identity.ts';
import { findUser, isClosed } from './users.ts';

/** What the connector is made of. */
export interface Ldap {
  readonly config: LdapConfig;
  readonly directory: Directory;
}

/** Longer names are nobody's, and a directory should not have to look for them. */
const longestName = 1024;

/** Finds the entry of a name as the service account, then binds as it with the password that was typed. */
export function ldapLogin({ config, directory }: Ldap): PasswordLogin {
  return {
    prompt: config.usernamePrompt || 'Username',
    async check({ username, password, scopes }) {
      // Many servers take a bind without a password for an anonymous one, and say that it succeeded (RFC 4513 5.1.2).
      if (username === '' || username.length > longestName || password.reveal() === '') return 'rejected';
      return directory(async (session) => {
        const entry = await findUser(session, username, config);
        // Nobody's password is tried too, so that the time does not tell who is there.
        const dn = entry?.dn ?? `cn=nobody,${config.userSearch.baseDN}`;
        const fits = await session.hasPassword(dn, password);
        if (!fits || entry === undefined || isClosed(entry)) return 'rejected';
        return identityOf({ entry, username, scopes }, session, config);
      });
    },
  };
}
