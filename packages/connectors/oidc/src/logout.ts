import type { UpstreamLogout } from '@ostiary/connector-sdk';
import { endSessionUrl } from '@ostiary/connector-sdk/oidc';
import { Secret } from '@ostiary/primitives';
import { readConnectorData } from './connector-data.ts';
import type { Oidc } from './login.ts';

/** RP-initiated logout at the provider, with the ID token of the login as the hint. */
export function oidcLogout({ client }: Oidc): UpstreamLogout {
  return {
    async begin({ returnUrl, state, connectorData }) {
      const idToken = connectorData && readConnectorData({ connectorData })?.idToken;
      const url = endSessionUrl({
        server: await client.provider.metadata(),
        clientId: client.clientId,
        returnUrl,
        state,
        ...(idToken === undefined ? {} : { idToken: new Secret(idToken) }),
      });
      return url === undefined ? undefined : { url };
    },
  };
}
