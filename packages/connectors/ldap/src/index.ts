/** The connector for LDAP directories, and what presets for one kind of directory are made of. */
export type { GroupSearch, LdapConfig, UserMatcher, UserSearch } from './config.ts';
export { type ConnectionConfig, type ConnectionKeys, checkConnection, connectionKeys } from './connection-config.ts';
export { ldap, openLdap } from './definition.ts';
export type { Dialect } from './dialect.ts';
export type { Session } from './directory.ts';
export { firstValue } from './entry.ts';
export { both, equals, oneOf } from './users.ts';
