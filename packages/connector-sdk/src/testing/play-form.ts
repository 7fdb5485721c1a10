import { type Fetch, Secret } from '@ostiary/primitives';
import { readConfig } from '../config/index.ts';
import type { ConnectorScopes } from '../connector.ts';
import type { ConnectorDefinition } from '../define.ts';
import type { Identity } from '../identity.ts';
import { testContext } from './context.ts';
import { type FakeClock, fakeClock } from './fake-clock.ts';
import { httpOver } from './http-over.ts';
import type { PlayedSetUp } from './play-redirect.ts';

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
  check(entry: FormEntry): Promise<Identity | 'rejected'>;
  /** The same, for what must not be rejected. */
  login(entry: FormEntry): Promise<Identity>;
  refresh(identity: Identity, scopes?: Partial<ConnectorScopes>): Promise<Identity | 'rejected'>;
}

/** Opens a connector with a form over a provider that is played. The configuration is checked by its schema. */
export async function openForm<C>(
  definition: ConnectorDefinition<C>,
  provider: { readonly fetch: Fetch },
  { options, files = {} }: PlayedSetUp,
): Promise<PlayedForm> {
  const config = await readConfig(definition.config, options, { path: 'config' });
  const clock = fakeClock();
  const readFile = async (path: string): Promise<string> => {
    const text = files[path];
    if (text === undefined) throw new Error(`no such file: ${path}`);
    return text;
  };
  const connector = definition.open(config, testContext({ http: httpOver(provider.fetch), now: clock.now, readFile }));
  if (connector.via !== 'password') throw new Error('the connector has no form');
  const { login, refresh } = connector;
  const complete = (scopes: Partial<ConnectorScopes> = {}) => ({ offlineAccess: true, groups: true, ...scopes });
  const check: PlayedForm['check'] = ({ username, password, scopes }) =>
    login.check({ username, password: new Secret(password), scopes: complete(scopes) });
  return {
    prompt: login.prompt,
    clock,
    check,
    async login(entry) {
      const answer = await check(entry);
      if (answer === 'rejected') throw new Error('the login was rejected');
      return answer;
    },
    async refresh(identity, scopes) {
      if (refresh?.kind !== 'upstream') throw new Error('the connector does not ask at a refresh');
      return refresh.refresh({ identity, scopes: complete(scopes) });
    },
  };
}
