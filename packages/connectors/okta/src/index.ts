/** The connector for Okta. */
export type { OktaConfig } from './config.ts';
export { okta } from './definition.ts';
