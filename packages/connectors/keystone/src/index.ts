/** The connector for OpenStack Keystone. */
export type { KeystoneConfig } from './config.ts';
export { keystone } from './definition.ts';
