import { type ConnectorDefinition, defineConnector } from '@ostiary/connector-sdk';
import { type BitbucketCloudConfig, bitbucketCloudConfig } from './config.ts';
import { bitbucketCloudLogin } from './login.ts';

/** Bitbucket Cloud. */
export const bitbucketCloud: ConnectorDefinition<BitbucketCloudConfig> = defineConnector({
  type: 'bitbucket-cloud',
  about: {
    provider: 'Bitbucket Cloud',
    groups: 'workspaces, and `workspace:permission`',
    preferredUsername: 'user name',
    emailVerified: 'Bitbucket has had it confirmed',
    claims: 'the account, as `GET /2.0/user` has it',
    testedAgainst: 'a stand-in, type-checked against @coderabbitai/bitbucket; no types of addresses and permissions',
  },
  config: bitbucketCloudConfig,
  open: bitbucketCloudLogin,
});
