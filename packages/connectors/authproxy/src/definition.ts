import { type ConnectorDefinition, defineConnector } from '@ostiary/connector-sdk';
import { type AuthProxyConfig, authproxyConfig } from './config.ts';
import { authproxyLogin } from './login.ts';

/** A reverse proxy that logs people in and says who they are in headers. */
export const authproxy: ConnectorDefinition<AuthProxyConfig> = defineConnector({
  type: 'authproxy',
  about: {
    provider: 'a reverse proxy that authenticates',
    groups: 'a header, and fixed ones',
    preferredUsername: 'a header',
    emailVerified: 'never, unless you say so',
    testedAgainst: 'Apache httpd',
  },
  config: authproxyConfig,
  open: (config, context) => ({
    via: 'redirect',
    knowsAtEveryRequest: true,
    login: authproxyLogin(config, context),
    refresh: { kind: 'reuse', maxAgeSeconds: Math.floor(config.refreshMaxAge / 1000) },
  }),
});
