/** The connector for Google. */
export type { GoogleConfig } from './config.ts';
export { google } from './definition.ts';
