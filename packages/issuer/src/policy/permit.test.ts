import { describe, expect, it } from 'vitest';
import type { Client } from '../client.ts';
import type { StoredIdentity } from '../records/stored-identity.ts';
import { decide, Permit, type PolicyDeps, type PolicyQuestion } from './permit.ts';

const client: Client = { id: 'app', name: 'App', public: false, secrets: [], redirectUris: [], trustedPeers: [] };
const clients = { find: async (id: string) => (id === client.id ? client : undefined) };
const deps: PolicyDeps = { clients, revocations: { find: async () => undefined } };
const login = { prompt: 'Name', check: async () => 'rejected' as const };
const connector = { id: 'ldap', type: 'ldap', name: 'Directory', connector: { via: 'password', login } } as const;
const identity: StoredIdentity = { userId: 'u-1', username: 'Jane', groups: ['dev'] };

const ask = (more: Partial<StoredIdentity>, scopes: readonly string[]): Promise<Permit> => {
  const question: PolicyQuestion = {
    grantType: 'authorization_code',
    client,
    connector,
    identity: { ...identity, ...more },
    scopes,
    since: 1,
  };
  return decide(question, deps);
};

describe('a permit', () => {
  it('is made by policy alone', () => {
    const facts = { client, subject: 's', audience: ['app'], scopes: [], claims: {} } as const;
    expect(() => Reflect.construct(Permit, [Symbol('permit'), facts])).toThrow('only policy makes permits');
  });

  it('is not what only looks like one', () => {
    const facts = { client, connectorId: 'ldap', subject: 's', audience: ['app'], scopes: [], claims: {} } as const;
    // @ts-expect-error: an object of the shape is no permit.
    const permit: Permit = facts;
    expect(() => Permit.assert(permit)).toThrow('only policy makes permits');
  });

  it.each([
    [undefined, {}, false],
    [{ address: 'jane@example.com', verified: false }, { email: 'jane@example.com' }, false],
    [{ address: 'jane@example.com', verified: true }, { email: 'jane@example.com' }, true],
  ])('says of the address %j that it is verified: only if it is', async (email, claim, verified) => {
    const { claims } = await ask(email === undefined ? {} : { email }, ['openid', 'email']);
    expect(claims).toEqual({ ...claim, email_verified: verified });
  });

  it.each([
    { userId: 'system:admin' },
    { username: 'system:admin' },
    { preferredUsername: 'system:admin' },
    { email: { address: 'system:admin', verified: true } },
  ])('is refused to %j', async (more) => {
    await expect(ask(more, ['openid'])).rejects.toMatchObject({ code: 'login/not_allowed' });
  });

  it('leaves out groups of the cluster itself, and no others', async () => {
    const groups = ['system:masters', 'system:', 'System:masters', 'dev', 'a system:masters'];
    const { claims } = await ask({ groups }, ['openid', 'groups']);
    expect(claims.groups).toEqual(['System:masters', 'dev', 'a system:masters']);
  });

  it('has no claim that says nothing', async () => {
    const empty = {
      username: '',
      preferredUsername: '',
      email: { address: '', verified: false },
      groups: ['system:a'],
    };
    const { claims } = await ask(empty, ['openid', 'email', 'groups', 'profile']);
    expect(claims).toEqual({ email_verified: false });
  });

  it('says who the person is at which connector, in the words of Dex', async () => {
    const { claims } = await ask({}, ['openid', 'federated:id']);
    expect(claims).toEqual({ federated_claims: { connector_id: 'ldap', user_id: 'u-1' } });
  });

  it('names an audience once, however often it was asked for', async () => {
    const peer = { ...client, id: 'api', trustedPeers: ['app'] };
    const scopes = ['openid', ...['api', 'app', 'api', 'app'].map((id) => `audience:server:client_id:${id}`)];
    const question = { grantType: 'authorization_code', client, connector, identity, scopes, since: 1 } as const;
    const asked = { find: async (id: string) => (id === 'api' ? peer : undefined) };
    const { audience } = await decide(question, { ...deps, clients: asked });
    expect(audience).toEqual(['api', 'app']);
  });
});
