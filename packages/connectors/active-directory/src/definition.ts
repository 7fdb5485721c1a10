import { openLdap } from '@ostiary/connector-ldap';
import { type ConnectorDefinition, defineConnector } from '@ostiary/connector-sdk';
import { type ActiveDirectoryConfig, activeDirectoryConfig } from './config.ts';
import { activeDirectoryDialect } from './identity.ts';

/** Active Directory: LDAP, with its names, nested groups and states of accounts. */
export const activeDirectory: ConnectorDefinition<ActiveDirectoryConfig> = defineConnector({
  type: 'active-directory',
  about: {
    provider: 'Active Directory, and Samba as a domain controller',
    groups: 'security groups, nested ones included',
    preferredUsername: '`sAMAccountName`, or another attribute',
    emailVerified: 'never, unless you say so',
    claims: 'the attributes that `claimAttrs` names, each a list',
    testedAgainst: 'Samba as a domain controller',
  },
  config: activeDirectoryConfig,
  open(config, context) {
    const { baseDN, userFilter, idAttr, nameAttr, emailAttr, preferredUsernameAttr, claimAttrs } = config;
    const claims = claimAttrs === undefined ? {} : { claimAttrs };
    const attributes = { idAttr, nameAttr, emailAttr, preferredUsernameAttr, ...claims };
    const userSearch = { baseDN, filter: userFilter, scope: 'sub' as const, username: [], ...attributes };
    return openLdap({ ...config, userSearch }, context, activeDirectoryDialect(config));
  },
});
