/** The connector for an authenticating reverse proxy. */
export type { AuthProxyConfig } from './config.ts';
export { authproxy } from './definition.ts';
