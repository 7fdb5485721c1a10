/** The connector for Bitbucket Cloud. */
export type { BitbucketCloudConfig } from './config.ts';
export { bitbucketCloud } from './definition.ts';
