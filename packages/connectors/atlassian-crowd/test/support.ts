import type { ConnectorScopes, Identity } from '@ostiary/connector-sdk';
import { readConfig } from '@ostiary/connector-sdk/config';
import { httpOver, testContext } from '@ostiary/connector-sdk/testing';
import { Secret } from '@ostiary/primitives';
import type { AtlassianCrowdConfig } from '../src/config.ts';
import { atlassianCrowd } from '../src/index.ts';
import type { FakeCrowd } from './fake-crowd.ts';

type Options = Readonly<Record<string, unknown>>;

export const clientSecret = 'application-password-77';
const base = { baseURL: 'https://crowd.example/crowd/', clientID: 'ostiary', clientSecret };

/** A checked configuration for the played Crowd. */
export const configOf = (options: Options = {}): Promise<AtlassianCrowdConfig> =>
  readConfig(atlassianCrowd.config, { ...base, ...options }, { path: 'config' });

/** The connector over a played Crowd, and a person at its form. */
export interface Form {
  readonly prompt: string;
  login(username?: string, password?: string, scopes?: Partial<ConnectorScopes>): Promise<Identity | 'rejected'>;
  refresh(identity: Identity, scopes?: Partial<ConnectorScopes>): Promise<Identity | 'rejected'>;
}

export async function opened(
  provider: FakeCrowd,
  options: Options = {},
  files: Record<string, string> = {},
): Promise<Form> {
  const readFile = async (path: string): Promise<string> => files[path] ?? '';
  const context = testContext({ http: httpOver(provider.fetch), readFile });
  const connector = atlassianCrowd.open(await configOf(options), context);
  if (connector.via !== 'password' || connector.refresh?.kind !== 'upstream') throw new Error('another connector');
  const { login, refresh } = connector;
  const complete = (scopes: Partial<ConnectorScopes> = {}) => ({ offlineAccess: true, groups: true, ...scopes });
  return {
    prompt: login.prompt,
    login: (username = 'jane', password = 'correct horse', scopes) =>
      login.check({ username, password: new Secret(password), scopes: complete(scopes) }),
    refresh: (identity, scopes) => refresh.refresh({ identity, scopes: complete(scopes) }),
  };
}

/** The identity of a login that must succeed. */
export function identityOf(answer: Identity | 'rejected'): Identity {
  if (answer === 'rejected') throw new Error('rejected');
  return answer;
}
