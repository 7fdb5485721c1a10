/** The connector for Active Directory. */
export type { ActiveDirectoryConfig, NestedGroups } from './config.ts';
export { activeDirectory } from './definition.ts';
