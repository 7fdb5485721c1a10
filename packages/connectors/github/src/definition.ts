import { type ConnectorDefinition, defineConnector } from '@ostiary/connector-sdk';
import { type GitHubConfig, githubConfig } from './config.ts';
import { githubLogin } from './login.ts';

/** GitHub: github.com, and GitHub Enterprise Server. */
export const github: ConnectorDefinition<GitHubConfig> = defineConnector({
  type: 'github',
  about: {
    provider: 'GitHub, GitHub Enterprise Server',
    groups: 'teams as `org:team`',
    preferredUsername: 'login name',
    emailVerified: 'GitHub says so of that very address',
    claims: 'the account, as `GET /user` has it',
    testedAgainst:
      'emulate, which plays login and organizations; a stand-in, type-checked against @octokit/openapi-types',
  },
  config: githubConfig,
  open: githubLogin,
});
