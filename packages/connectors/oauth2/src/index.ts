/** The connector for any OAuth 2.0 provider. */
export type { ClaimMapping, OAuth2Config } from './config.ts';
export { oauth2 } from './definition.ts';
