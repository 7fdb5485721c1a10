/** The connector for Microsoft. */
export type { MicrosoftConfig } from './config.ts';
export { microsoft } from './definition.ts';
