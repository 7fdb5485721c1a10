import { type ConnectorDefinition, defineConnector } from '@ostiary/connector-sdk';
import { type KeystoneConfig, keystoneConfig } from './config.ts';
import { openKeystone } from './keystone.ts';
import { keystoneLogin } from './login.ts';
import { keystoneRefresh } from './refresh.ts';

/** OpenStack Keystone. */
export const keystone: ConnectorDefinition<KeystoneConfig> = defineConnector({
  type: 'keystone',
  about: {
    provider: 'OpenStack Keystone',
    groups: 'names of groups',
    preferredUsername: 'none',
    emailVerified: 'never, unless you say so',
    claims: 'the account, if people may read their own',
    testedAgainst: 'Keystone of Debian; a stand-in for what that does not do, no types',
  },
  config: keystoneConfig,
  open(config, context) {
    const parts = { config, keystone: openKeystone(config, context) };
    return { via: 'password', login: keystoneLogin(parts), refresh: keystoneRefresh(parts) };
  },
});
