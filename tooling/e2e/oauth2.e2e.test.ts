/**
 * A person of a provider that speaks OAuth 2.0 and has an endpoint that tells who somebody is, from its form in Chromium
 * to `kubectl auth whoami`. node-oidc-provider is one, when nobody looks at its ID tokens.
 */
import { encodeSubject } from '@ostiary/token-core';
import {
  createAuthority,
  freePort,
  openKubectl,
  requireKubectl,
  requireTool,
  startOpenIdProvider,
} from '@ostiary/tooling-servers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startIssuer } from './support/issuer.ts';
import { type LoginScene, loginByBrowser, openScene, whoAmI } from './support/kubectl.ts';
import { signInUpstream } from './support/people.ts';
import { openTerminal } from './support/plugin.ts';

const lacking = requireTool('go', 'chromium') ?? (await requireKubectl());

const client = { client_id: 'ostiary', client_secret: 'upstream-secret-upstream-secret-1' };
const jane = { sub: 'jane', claims: { name: 'Jane Doe', email: 'jane@example.com', groups: ['dev', 'ops'] } };

describe.skipIf(lacking !== undefined)('kubectl login with OAuth 2.0', () => {
  const stack = new AsyncDisposableStack();
  let scene: Omit<LoginScene, 'terminal'>;
  let caFile: string;

  beforeAll(async () => {
    const authority = stack.use(await createAuthority());
    caFile = authority.caFile;
    const port = await freePort();
    const callback = `https://127.0.0.1:${port}/dex/callback/company`;
    const grants = { redirect_uris: [callback], grant_types: ['authorization_code', 'refresh_token'] };
    const provider = stack.use(await startOpenIdProvider({ clients: [{ ...client, ...grants }], accounts: [jane] }));
    const issuer = stack.use(await startIssuer({ authority, port, config: () => configuration(provider.issuer) }));
    scene = await openScene(stack, { issuer, authority });
  }, 600_000);
  afterAll(() => stack.disposeAsync());

  it('brings name and groups of the user endpoint into the cluster', async () => {
    await using terminal = await openTerminal(caFile);
    await using kubectl = await openKubectl();
    await loginByBrowser({ ...scene, terminal }, (page) => signInUpstream(page, 'jane'));
    const name = encodeSubject({ userId: 'jane', connectorId: 'company' });
    expect(await whoAmI(kubectl, terminal)).toEqual({ name, groups: ['dev', 'ops'] });
  });
});

function configuration(provider: string): string {
  return `
oauth2: { skipApprovalScreen: true }
staticClients:
  - { id: kubectl, name: kubectl, public: true }
connectors:
  - type: oauth
    id: company
    name: Company
    config:
      clientID: ${client.client_id}
      clientSecret: ${client.client_secret}
      authorizationURL: ${provider}/auth
      tokenURL: ${provider}/token
      userInfoURL: ${provider}/me
      scopes: [openid, profile, email, groups]
      userIDKey: sub
      claimMapping: { userNameKey: name }
`;
}
