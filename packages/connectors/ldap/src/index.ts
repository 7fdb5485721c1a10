/** The connector for LDAP directories. */
export type { GroupSearch, LdapConfig, UserMatcher, UserSearch } from './config.ts';
export { ldap } from './definition.ts';
