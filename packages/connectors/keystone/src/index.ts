/** The connector for OpenStack Keystone. */
export type { KeystoneConfig, KeystoneScope } from './config.ts';
export { keystone } from './definition.ts';
