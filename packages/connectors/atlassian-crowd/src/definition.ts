import { type ConnectorDefinition, defineConnector } from '@ostiary/connector-sdk';
import { type AtlassianCrowdConfig, atlassianCrowdConfig } from './config.ts';
import { openCrowd } from './crowd.ts';
import { atlassianCrowdLogin } from './login.ts';
import { atlassianCrowdRefresh } from './refresh.ts';

/** Atlassian Crowd. */
export const atlassianCrowd: ConnectorDefinition<AtlassianCrowdConfig> = defineConnector({
  type: 'atlassian-crowd',
  about: {
    provider: 'Atlassian Crowd',
    groups: 'groups, nested ones included',
    preferredUsername: 'a field of your choice',
    emailVerified: 'never, unless you say so',
    claims: 'the account, without its attributes',
    testedAgainst: 'a stand-in, type-checked against @types/atlassian-crowd-client; no types of lists and errors',
  },
  config: atlassianCrowdConfig,
  open(config, context) {
    const parts = { config, crowd: openCrowd(config, context) };
    return { via: 'password', login: atlassianCrowdLogin(parts), refresh: atlassianCrowdRefresh(parts) };
  },
});
