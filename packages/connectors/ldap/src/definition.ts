import { type ConnectorDefinition, defineConnector } from '@ostiary/connector-sdk';
import { type LdapConfig, ldapConfig } from './config.ts';
import { openDirectory } from './directory.ts';
import { ldapLogin } from './login.ts';
import { ldapRefresh } from './refresh.ts';

/** An LDAP directory. */
export const ldap: ConnectorDefinition<LdapConfig> = defineConnector({
  type: 'ldap',
  about: {
    provider: 'LDAP directories',
    groups: 'by attributes of your choice, nested ones if you like',
    preferredUsername: 'an attribute',
    emailVerified: 'never, unless you say so',
    testedAgainst: 'OpenLDAP',
  },
  config: ldapConfig,
  open(config, context) {
    const parts = { config, directory: openDirectory(config, context) };
    return { via: 'password', login: ldapLogin(parts), refresh: ldapRefresh(parts) };
  },
});
