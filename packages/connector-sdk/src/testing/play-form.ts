import { type Fetch, Secret } from '@ostiary/primitives';
import type { ConnectorScopes } from '../connector.ts';
import type { ConnectorDefinition } from '../define.ts';
import type { Identity } from '../identity.ts';
import type { FakeClock } from './fake-clock.ts';
import { openPlayedConnector, type PlayedSetUp } from './open-played-connector.ts';
import type { RecordingLogger } from './recording-logger.ts';

/** What somebody types into a form, and what the client asks for. Scopes that are not given are asked for. */
export interface FormEntry {
  readonly username: string;
  readonly password: string;
  readonly scopes?: Partial<ConnectorScopes>;
}

/** A person in front of the form of a connector. */
export interface PlayedForm {
  readonly prompt: string;
  readonly clock: FakeClock;
  readonly log: RecordingLogger;
  check(entry: FormEntry): Promise<Identity | 'rejected'>;
  /** The same, for what must not be rejected. */
  login(entry: FormEntry): Promise<Identity>;
  refresh(identity: Identity, scopes?: Partial<ConnectorScopes>): Promise<Identity | 'rejected'>;
}

/** Opens a connector with a form over a provider that is played. The configuration is checked by its schema. */
export async function openForm<C>(
  definition: ConnectorDefinition<C>,
  provider: { readonly fetch: Fetch },
  setUp: PlayedSetUp,
): Promise<PlayedForm> {
  const { connector, clock, log } = await openPlayedConnector(definition, provider, setUp);
  if (connector.via !== 'password') throw new Error('the connector has no form');
  const { login, refresh } = connector;
  const complete = (scopes: Partial<ConnectorScopes> = {}) => ({ offlineAccess: true, groups: true, ...scopes });
  const check: PlayedForm['check'] = ({ username, password, scopes }) =>
    login.check({ username, password: new Secret(password), scopes: complete(scopes) });
  return {
    prompt: login.prompt,
    clock,
    log,
    check,
    async login(entry) {
      const answer = await check(entry);
      if (answer === 'rejected') throw new Error('the login was rejected');
      return answer;
    },
    async refresh(identity, scopes) {
      if (refresh?.kind !== 'upstream') throw new Error('the connector does not ask at a refresh');
      return refresh.refresh({ identity, scopes: complete(scopes), persist: async () => {} });
    },
  };
}
