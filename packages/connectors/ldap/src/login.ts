import type { PasswordLogin } from '@ostiary/connector-sdk';
import type { Clock } from '@ostiary/primitives';
import type { LdapConfig } from './config.ts';
import type { Dialect } from './dialect.ts';
import type { Directory } from './directory.ts';
import { identityOf } from './identity.ts';
import { findUser } from './users.ts';

/** What the connector is made of. */
export interface Ldap {
  readonly config: LdapConfig;
  readonly directory: Directory;
  readonly dialect: Dialect;
  readonly now: Clock;
}

/** Longer names are nobody's, and a directory should not have to look for them. */
const longestName = 1024;

/** Finds the entry of a name as the service account, then binds as it with the password that was typed. */
export function ldapLogin({ config, directory, dialect, now }: Ldap): PasswordLogin {
  return {
    prompt: config.usernamePrompt || 'Username',
    async check({ username, password, scopes }) {
      // Many servers take a bind without a password for an anonymous one, and say that it succeeded (RFC 4513 5.1.2).
      if (username === '' || username.length > longestName || password.reveal() === '') return 'rejected';
      return directory(async (session) => {
        const match = dialect.named(username);
        const entry = match && (await findUser(session, { ...config, match, attributes: dialect.attributes }));
        // Nobody's password is tried too, so that the time does not tell who is there.
        const fits = await session.hasPassword(entry?.dn, password);
        if (!fits || entry === undefined || dialect.stateOf(entry, now()) !== 'open') return 'rejected';
        return identityOf({ entry, username, scopes }, session, { config, dialect });
      });
    },
  };
}
