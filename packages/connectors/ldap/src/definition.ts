import {
  type Connector,
  type ConnectorContext,
  type ConnectorDefinition,
  defineConnector,
} from '@ostiary/connector-sdk';
import { type LdapConfig, ldapConfig } from './config.ts';
import { configuredDialect, type Dialect } from './dialect.ts';
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
    claims: 'the attributes that `claimAttrs` names, each a list',
    testedAgainst: 'OpenLDAP; 389 Directory Server 2.3.1 and ApacheDS 2.0.0, by hand',
  },
  config: ldapConfig,
  open: (config, context) => openLdap(config, context, configuredDialect(config)),
});

/**
 * Opens a connector over a directory. For presets, which bring a configuration and a dialect of their own; the
 * connector `ldap` itself reads both from its options.
 */
export function openLdap(config: LdapConfig, context: ConnectorContext, dialect: Dialect): Connector {
  const { directory, close } = openDirectory(config, context);
  const parts = { config, directory, dialect, now: context.now };
  return { via: 'password', login: ldapLogin(parts), refresh: ldapRefresh(parts), close };
}
