import { type ConnectorDefinition, defineConnector } from '@ostiary/connector-sdk';
import { rootCAFields } from '@ostiary/connector-sdk/config';
import { trustedFetch } from '@ostiary/connector-sdk/http';
import { type GitLabConfig, gitlabConfig } from './config.ts';
import { gitlabExchange } from './exchange.ts';
import { gitlabLogin } from './login.ts';

/** GitLab: gitlab.com, and self-managed. */
export const gitlab: ConnectorDefinition<GitLabConfig> = defineConnector({
  type: 'gitlab',
  about: {
    provider: 'GitLab, gitlab.com and self-managed',
    groups: 'full paths, and `path:role`',
    preferredUsername: 'user name',
    emailVerified: 'GitLab has had it confirmed',
    claims: 'the account, as `GET /api/v4/user` has it',
    testedAgainst:
      'a stand-in, type-checked against @gitbeaker/core; no types of userinfo, token information and errors',
  },
  config: gitlabConfig,
  open(config, context) {
    const { rootCAs, rootCAData } = config;
    const own = rootCAData === undefined ? [] : [{ source: rootCAData, path: 'rootCAData' }];
    const fetch = trustedFetch({ certificates: [...rootCAFields(rootCAs), ...own] }, context);
    const parts = { config, context, fetch };
    return { ...gitlabLogin(parts), exchange: gitlabExchange(parts) };
  },
});
