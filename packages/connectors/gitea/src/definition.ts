import { type ConnectorDefinition, defineConnector } from '@ostiary/connector-sdk';
import { type GiteaConfig, giteaConfig } from './config.ts';
import { giteaLogin } from './login.ts';

/** Gitea and Forgejo. */
export const gitea: ConnectorDefinition<GiteaConfig> = defineConnector({
  type: 'gitea',
  about: {
    provider: 'Gitea, Forgejo',
    groups: 'organizations, and teams as `org:team`',
    preferredUsername: 'login name',
    emailVerified: 'Gitea says so of that very address',
    claims: 'the account, as `GET /api/v1/user` has it',
    testedAgainst: 'Gitea 1.27.3, by hand; a stand-in, type-checked against gitea-js',
  },
  config: giteaConfig,
  open: giteaLogin,
});
