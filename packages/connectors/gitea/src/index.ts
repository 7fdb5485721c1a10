/** The connector for Gitea and Forgejo. */
export type { AllowedOrg, GiteaConfig } from './config.ts';
export { gitea } from './definition.ts';
