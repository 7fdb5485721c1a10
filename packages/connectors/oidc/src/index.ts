/** The connector for any OpenID Connect provider. */
export type { NewGroup, OidcConfig } from './config.ts';
export { oidc } from './definition.ts';
