/** The connector for LinkedIn. */
export type { LinkedInConfig } from './config.ts';
export { linkedin } from './definition.ts';
