/** The connector for GitLab. */
export type { GitLabConfig } from './config.ts';
export { gitlab } from './definition.ts';
