import type { Fetch } from '@ostiary/primitives';
import type { Upstream } from '../conformance/subject.ts';
import type { Connector, ConnectorScopes, LoginStep, RefreshAsk } from '../connector.ts';
import type { ConnectorDefinition } from '../define.ts';
import type { Identity } from '../identity.ts';
import { openPlayedConnector, type PlayedConnector, type PlayedSetUp } from './open-played-connector.ts';

/** A person at a browser, in front of a connector that redirects. */
export interface RedirectPlayer {
  /** Logs in. Scopes that are not given are asked for. */
  login(scopes?: Partial<ConnectorScopes>): Promise<Identity>;
  /** @param persist what an issuer does with new tokens of the provider; default: nothing. */
  refresh(
    identity: Identity,
    scopes?: Partial<ConnectorScopes>,
    persist?: RefreshAsk['persist'],
  ): Promise<Identity | 'rejected'>;
  /** Where a login leads to. */
  begin(scopes?: Partial<ConnectorScopes>): Promise<URL>;
}

/** A provider that is played in memory, with the browser in front of it. */
export interface PlayedProvider {
  readonly fetch: Fetch;
  visit(url: string): URLSearchParams | Promise<URLSearchParams>;
}

const callbackUrl = 'https://issuer.example/callback/test';
const state = 'state-1';

/** Plays logins and refreshes of a connector. */
export function playRedirect(connector: Connector, { visit }: Pick<PlayedProvider, 'visit'>): RedirectPlayer {
  const complete = (scopes: Partial<ConnectorScopes> = {}): ConnectorScopes => ({
    offlineAccess: true,
    groups: true,
    ...scopes,
  });
  const login = () => {
    if (connector.via !== 'redirect') throw new Error('the connector does not redirect');
    return connector.login;
  };
  return {
    async login(asked) {
      const scopes = complete(asked);
      const step = await login().begin({ scopes, callbackUrl, state });
      const params = await visit(urlOf(step));
      return login().finish({ scopes, callbackUrl, state, keep: step.keep, params, headers: new Headers() });
    },
    async refresh(identity, asked, persist = async () => {}) {
      if (connector.refresh?.kind !== 'upstream') throw new Error('the connector does not ask at a refresh');
      return connector.refresh.refresh({ identity, scopes: complete(asked), persist });
    },
    begin: async (asked) => new URL(urlOf(await login().begin({ scopes: complete(asked), callbackUrl, state }))),
  };
}

/** A connector over a provider that is played, and a person in front of it. */
export interface OpenedPlay extends RedirectPlayer, PlayedConnector {}

/** Opens a connector that redirects over a provider that is played. The configuration is checked by its schema. */
export async function openPlayed<C>(
  definition: ConnectorDefinition<C>,
  provider: PlayedProvider,
  setUp: PlayedSetUp,
): Promise<OpenedPlay> {
  const opened = await openPlayedConnector(definition, provider, setUp);
  return { ...playRedirect(opened.connector, provider), ...opened };
}

/** What the conformance kit asks of every provider that redirects. */
export function playedUpstream(
  provider: PlayedProvider & { readonly issued: readonly string[]; decline(url: string): URLSearchParams },
): Pick<Upstream, 'fetch' | 'visit' | 'decline' | 'secrets'> {
  return {
    fetch: provider.fetch,
    visit: (step) => provider.visit(urlOf(step)),
    decline: (step) => provider.decline(urlOf(step)),
    secrets: () => provider.issued,
  };
}

function urlOf(step: LoginStep): string {
  if (step.kind !== 'redirect') throw new Error('the connector shows a form');
  return step.url;
}
