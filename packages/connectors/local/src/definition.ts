import {
  type Connector,
  type ConnectorContext,
  type ConnectorDefinition,
  defineConnector,
  type PasswordLogin,
} from '@ostiary/connector-sdk';
import { type LocalConfig, localConfig } from './config.ts';
import { localLogin } from './login.ts';
import { type PasswordDatabase, staticPasswordDatabase } from './password-database.ts';
import { localRefresh } from './refresh.ts';
import { createPasswordVerifier } from './verifier.ts';

/** A password database in the configuration file. */
export const local: ConnectorDefinition<LocalConfig> = defineConnector({
  type: 'local',
  about: {
    provider: 'people in the configuration file',
    groups: '`groups` of the person',
    preferredUsername: '`preferredUsername` of the person',
    emailVerified: '`emailVerified` of the person',
    testedAgainst: 'itself',
  },
  config: localConfig,
  open: (config, context) => openLocal(staticPasswordDatabase(config.staticPasswords), context),
});

/** The connector over a password database of one's own. */
export function openLocal(
  database: PasswordDatabase,
  context: Pick<ConnectorContext, 'id' | 'log'>,
): Connector & { readonly login: PasswordLogin } {
  const verifier = createPasswordVerifier();
  return {
    via: 'password',
    login: localLogin({ database, verifier, context }),
    refresh: localRefresh(database),
  };
}
