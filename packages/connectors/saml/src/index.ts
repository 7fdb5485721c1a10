/** The connector for SAML 2.0 identity providers. */
export type { SamlConfig } from './config.ts';
export { saml } from './definition.ts';
