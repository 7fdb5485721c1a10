import type { Connector, ConnectorScopes } from '../connector.ts';
import type { Identity } from '../identity.ts';

/** A person at a browser, in front of a connector that redirects. */
export interface RedirectPlayer {
  /** Logs in. Scopes that are not given are asked for. */
  login(scopes?: Partial<ConnectorScopes>): Promise<Identity>;
  refresh(identity: Identity, scopes?: Partial<ConnectorScopes>): Promise<Identity | 'rejected'>;
}

const callbackUrl = 'https://issuer.example/callback/test';
const state = 'state-1';

/**
 * Plays logins and refreshes of a connector.
 *
 * @param visit plays the person at the provider: from the URL that `begin` leads to, to what the callback is called with.
 */
export function playRedirect(
  connector: Connector,
  visit: (url: string) => URLSearchParams | Promise<URLSearchParams>,
): RedirectPlayer {
  const complete = (scopes: Partial<ConnectorScopes> = {}): ConnectorScopes => ({
    offlineAccess: true,
    groups: true,
    ...scopes,
  });
  return {
    async login(asked) {
      if (connector.via !== 'redirect') throw new Error('the connector does not redirect');
      const scopes = complete(asked);
      const step = await connector.login.begin({ scopes, callbackUrl, state });
      if (step.kind !== 'redirect') throw new Error('the connector shows a form');
      const params = await visit(step.url);
      return connector.login.finish({ scopes, callbackUrl, state, keep: step.keep, params, headers: new Headers() });
    },
    async refresh(identity, asked) {
      if (connector.refresh?.kind !== 'upstream') throw new Error('the connector does not ask at a refresh');
      return connector.refresh.refresh({ identity, scopes: complete(asked) });
    },
  };
}
