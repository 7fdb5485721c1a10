/** The connector for Atlassian Crowd. */
export type { AtlassianCrowdConfig } from './config.ts';
export { atlassianCrowd } from './definition.ts';
