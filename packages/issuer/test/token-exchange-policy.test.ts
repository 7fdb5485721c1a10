/** Who may exchange which token, and for whom the one that is given is. */
import { describe, expect, it } from 'vitest';
import type { Client, ConnectorEntry, Reply } from '../src/index.ts';
import { exchange, form, grantType, idToken, start } from './exchanges.ts';
import { app, bodyOf, claimsOf, type Harness, jane, textOf } from './harness.ts';

describe('policy at an exchange', () => {
  const notAllowed = 'Connector not allowed for this client.';
  const noGrant = 'Requested connector does not support this grant type.';
  const narrow = (grantTypes: readonly string[]): readonly Partial<ConnectorEntry>[] => [{ grantTypes }];

  it.each([
    ['the client may not use the connector', { clients: [{ ...app, allowedConnectors: ['ldap'] }] }, notAllowed],
    ['the connector is not for this grant', { entries: narrow(['authorization_code']) }, noGrant],
  ])('refuses before the provider is asked when %s', async (_why, options, description) => {
    const harness = await start(options);
    const reply = await exchange(harness);
    expect(bodyOf(reply)).toEqual({ error: 'invalid_request', error_description: description });
    expect(harness.asked).toEqual([]);
  });

  it('lets through what is named', async () => {
    const clients = [{ ...app, allowedConnectors: ['idp'] }];
    expect(await exchange(await start({ clients, entries: narrow([grantType]) }))).toMatchObject({ status: 200 });
  });

  it('keeps a connector that is for this grant alone from the page where people choose', async () => {
    const harness = await start({ entries: narrow([grantType]) });
    const asked = { client_id: 'app', redirect_uri: app.redirectUris[0] ?? '', response_type: 'code', scope: 'openid' };
    const reply = await harness.browser().authorize({ ...asked, connector_id: 'idp' });
    expect(reply).toMatchObject({ kind: 'page', page: { problem: 'connector_not_allowed' } });
  });

  it('gives no token to a name that Kubernetes keeps for itself', async () => {
    const harness = await start({ answer: () => ({ ...jane, userId: 'system:serviceaccount:kube-system:admin' }) });
    expect(bodyOf(await exchange(harness))).toEqual({
      error: 'invalid_request',
      error_description: 'This account has a reserved name.',
    });
  });

  it('can be switched off as a whole', async () => {
    const harness = await start({ protocol: { grantTypes: ['authorization_code'] } });
    expect(bodyOf(await exchange(harness))).toMatchObject({ error: 'unsupported_grant_type' });
    expect(harness.asked).toEqual([]);
  });
});

describe('the audience of an exchange', () => {
  const peer = (id: string, trustedPeers: readonly string[]): Client => ({ ...app, id, trustedPeers });
  const clients = [app, peer('cluster', ['app']), peer('wiki', ['app']), peer('bank', [])];

  /** The same with several audiences, as only a form can have them. */
  async function ask(harness: Harness, audience: readonly string[], scope = 'openid'): Promise<Reply> {
    const several = new URLSearchParams(form({ scope }));
    for (const id of audience) several.append('audience', id);
    return harness.browser().send('/token', { form: several });
  }

  it('is who trusts the client, by parameter or by scope, and the client itself', async () => {
    const harness = await start({ clients });
    const scope = 'openid audience:server:client_id:cluster';
    const claims = async (audience: readonly string[], asked?: string) =>
      claimsOf(textOf(await ask(harness, audience, asked), 'access_token'));
    expect(await claims(['cluster', 'wiki', 'cluster'])).toMatchObject({ aud: ['cluster', 'wiki', 'app'], azp: 'app' });
    expect(await claims(['wiki', 'cluster'], scope)).toMatchObject({ aud: ['cluster', 'wiki', 'app'], scope });
    expect(await claims(['app'])).toMatchObject({ aud: 'app' });
    expect(await claims([''])).toMatchObject({ aud: 'app' });
  });

  it('is in an ID token, too', async () => {
    const harness = await start({ clients });
    const reply = await exchange(harness, { audience: 'cluster', requested_token_type: idToken });
    expect(claimsOf(textOf(reply, 'access_token'))).toMatchObject({ aud: ['cluster', 'app'], azp: 'app' });
  });

  it('is nobody else: the error is invalid_target and names them', async () => {
    const harness = await start({ clients });
    expect(bodyOf(await ask(harness, ['cluster', 'bank', 'nobody']))).toEqual({
      error: 'invalid_target',
      error_description: "Client can't request audience(s) ['bank' 'nobody'].",
    });
    expect(harness.asked).toEqual([]);
  });

  it('is not decided by what has changed while the provider was asked', async () => {
    const changing = [...clients];
    const harness = await start({
      clients: changing,
      answer() {
        changing.splice(1, 1, peer('cluster', []));
        return jane;
      },
    });
    expect(bodyOf(await ask(harness, ['cluster']))).toMatchObject({ error: 'invalid_request' });
  });

  it('is not told by resource, which is refused instead of being left out', async () => {
    const harness = await start({ clients });
    const several = new URLSearchParams(form());
    for (const resource of ['https://a.example', 'https://b.example']) several.append('resource', resource);
    const reply = await harness.browser().send('/token', { form: several });
    expect(bodyOf(reply)).toEqual({
      error: 'invalid_target',
      error_description: 'resource is not supported. Name a client ID in audience instead.',
    });
  });
});
