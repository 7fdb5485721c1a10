/** The connector for GitHub. */
export type { AllowedOrg, GitHubConfig } from './config.ts';
export { github } from './definition.ts';
