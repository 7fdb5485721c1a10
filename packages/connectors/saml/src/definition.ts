import { type ConnectorDefinition, defineConnector } from '@ostiary/connector-sdk';
import { type SamlConfig, samlConfig } from './config.ts';
import { openParts, samlLogin } from './login.ts';
import { samlLogout } from './logout.ts';
import { serviceProviderMetadata } from './outgoing.ts';
import { settingsOf } from './service-provider.ts';

/** A SAML 2.0 identity provider. */
export const saml: ConnectorDefinition<SamlConfig> = defineConnector({
  type: 'saml',
  aliases: ['samlExperimental'],
  about: {
    provider: 'any SAML 2.0 identity provider',
    groups: 'an attribute',
    preferredUsername: 'an attribute of your choice',
    emailVerified: 'never, unless you say so',
    claims: 'attributes of the assertion, each a list',
    testedAgainst:
      'SimpleSAMLphp and pysaml2; Keycloak 26.7.3 and LemonLDAP::NG 2.16.1, by hand; attacks with a key of the provider',
  },
  config: samlConfig,
  open(config, context) {
    const parts = openParts(config, context);
    return {
      via: 'redirect',
      login: samlLogin(parts),
      refresh: { kind: 'reuse', maxAgeSeconds: Math.floor(config.refreshMaxAge / 1000) },
      logout: samlLogout(parts),
      metadata: {
        contentType: 'application/samlmetadata+xml',
        describe: async ({ callbackUrl: own }) => {
          const callbackUrl = config.redirectURI ?? own;
          const { keys } = parts;
          return serviceProviderMetadata(
            await settingsOf(config, { callbackUrl, keys }),
            await keys.encryptionCertificate(),
          );
        },
      },
    };
  },
});
