/** The connector for LDAP directories, and what presets for one kind of directory are made of. */
export { claimAttributes } from './claim-attributes.ts';
export {
  attributeName,
  type GroupSearch,
  type LdapConfig,
  searchFilter,
  type UserMatcher,
  type UserSearch,
} from './config.ts';
export { type ConnectionConfig, type ConnectionKeys, checkConnection, connectionKeys } from './connection-config.ts';
export { ldap, openLdap } from './definition.ts';
export type { AccountState, Dialect } from './dialect.ts';
export type { Session } from './directory.ts';
export { firstValue } from './entry.ts';
export { groupName } from './groups.ts';
export { both, equals, oneOf } from './users.ts';
