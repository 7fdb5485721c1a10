import { type ConnectorDefinition, defineConnector } from '@ostiary/connector-sdk';
import { type MicrosoftConfig, microsoftConfig } from './config.ts';
import { microsoftLogin, microsoftLogout } from './login.ts';

/** Microsoft Entra ID (Azure AD), and personal Microsoft accounts. */
export const microsoft: ConnectorDefinition<MicrosoftConfig> = defineConnector({
  type: 'microsoft',
  about: {
    provider: 'Microsoft Entra ID, Microsoft accounts',
    groups: 'names or ids, nested ones included',
    preferredUsername: 'a field of your choice',
    emailVerified: 'never, unless you say so',
    claims: 'the account, as `/me` of Graph has it, with `claimFields`',
    testedAgainst: 'a stand-in, type-checked against @microsoft/microsoft-graph-types; no types of lists and errors',
  },
  config: microsoftConfig,
  open: (config, context) => ({ ...microsoftLogin(config, context), logout: microsoftLogout(config) }),
});
