import {
  type ConnectorAbout,
  type ConnectorContext,
  type ConnectorDefinition,
  defineConnector,
} from '@ostiary/connector-sdk';
import { type MockCallbackConfig, type MockPasswordConfig, mockCallbackConfig, mockPasswordConfig } from './config.ts';
import { mockExchange } from './exchange.ts';
import { mockCallbackLogin, mockPasswordLogin } from './login.ts';
import { mockRefresh } from './refresh.ts';

const about: ConnectorAbout = {
  provider: 'one made-up person',
  groups: 'fixed',
  preferredUsername: 'fixed',
  emailVerified: 'always',
  testedAgainst: 'itself',
};

/** Lets everybody in as the same made-up person. For demonstrations and tests. */
export const mockCallback: ConnectorDefinition<MockCallbackConfig> = defineConnector({
  type: 'mockCallback',
  about,
  config: mockCallbackConfig,
  open(_config, context) {
    warn(context, 'mockCallback');
    return { via: 'redirect', login: mockCallbackLogin(context.now), refresh: mockRefresh, exchange: mockExchange };
  },
});

/** Lets one name with one password in. For demonstrations and tests. */
export const mockPassword: ConnectorDefinition<MockPasswordConfig> = defineConnector({
  type: 'mockPassword',
  about: { ...about, groups: 'none' },
  config: mockPasswordConfig,
  open(config, context) {
    warn(context, 'mockPassword');
    return { via: 'password', login: mockPasswordLogin(config), refresh: mockRefresh };
  },
});

function warn({ id, log }: ConnectorContext, type: string): void {
  log.warn('connector.mock_opened', { connector: id, type });
}
