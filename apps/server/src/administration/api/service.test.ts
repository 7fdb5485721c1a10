import { type Client, Code, ConnectError, createClient, createRouterTransport } from '@connectrpc/connect';
import { OstiaryError } from '@ostiary/primitives';
import { beforeEach, describe, expect, it } from 'vitest';
import { createFakeAdministration, type FakeAdministration } from '../../../test/fake-administration.ts';
import { type LogLine, recordingLogger } from '../../../test/fake-issuer.ts';
import { Dex } from './api_pb.ts';
import { type Call, callKey } from './call.ts';
import { tellWhatIsNotDone } from './refusals.ts';
import { createService } from './service.ts';

let administration: FakeAdministration;
let lines: LogLine[];
let api: Client<typeof Dex>;

beforeEach(() => {
  administration = createFakeAdministration();
  lines = [];
  const log = recordingLogger(lines, { requestId: 'request-1', caller: 'portal (4F:0C)' });
  const service = createService({ administration: () => administration, version: '1.2.3' });
  const transport = createRouterTransport((router) => router.service(Dex, service), {
    router: {
      interceptors: [
        (next) => (request) => {
          const caller = { name: 'portal' };
          const call: Call = { requestId: 'request-1', rpc: request.method.name, caller, log, isTold: false };
          request.contextValues.set(callKey, call);
          return next(request);
        },
        tellWhatIsNotDone,
      ],
    },
  });
  api = createClient(Dex, transport);
});

/** The code and the text of a refusal. */
async function refusalOf(answer: Promise<unknown>): Promise<readonly [string | undefined, string]> {
  const error: unknown = await answer.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ConnectError)) throw new Error('it was done');
  return [Code[error.code], error.rawMessage];
}

const app = { id: 'app', name: 'App', redirectUris: ['https://app.example/cb'], trustedPeers: ['cli'] };
const jane = {
  email: 'jane@example.com',
  username: 'Jane',
  userId: 'u-1',
  hash: new TextEncoder().encode('hash of pw'),
};

describe('calls about clients', () => {
  it('make one, with what is made up for it, and tell it to who asks for this one, and no other list', async () => {
    const made = await api.createClient({ client: { name: 'App' } });
    expect(made).toMatchObject({
      alreadyExists: false,
      client: { id: 'made-up', secret: 'made-up-secret', name: 'App' },
    });
    expect((await api.getClient({ id: 'made-up' })).client).toEqual(made.client);
    const { clients } = await api.listClients({});
    expect(clients).toMatchObject([{ id: 'made-up', name: 'App', public: false, logoUrl: '' }]);
    expect(JSON.stringify(clients)).not.toContain('secret');
  });

  it('keep all that is said of one', async () => {
    const said = { ...app, secret: 'app-secret', public: true, logoUrl: 'https://app.example/logo.png' };
    expect((await api.createClient({ client: said })).client).toMatchObject(said);
    expect((await api.listClients({})).clients).toMatchObject([{ ...app, public: true, logoUrl: said.logoUrl }]);
  });

  it('say that there is one', async () => {
    await api.createClient({ client: app });
    const again = await api.createClient({ client: { ...app, name: 'Another' } });
    expect(again.alreadyExists).toBe(true);
    expect(again.client).toBeUndefined();
  });

  it('change what is given, and leave what is empty', async () => {
    await api.createClient({ client: app });
    expect((await api.updateClient({ id: 'app', name: 'New' })).notFound).toBe(false);
    expect((await api.getClient({ id: 'app' })).client).toMatchObject({ ...app, name: 'New' });
    await api.updateClient({ id: 'app', redirectUris: ['https://new.example/cb'], trustedPeers: ['x'], logoUrl: 'l' });
    const changed = { redirectUris: ['https://new.example/cb'], trustedPeers: ['x'], logoUrl: 'l', name: 'New' };
    expect((await api.getClient({ id: 'app' })).client).toMatchObject(changed);
  });

  it('say that there is none', async () => {
    expect(await api.updateClient({ id: 'app', name: 'New' })).toMatchObject({ notFound: true });
    expect(await api.deleteClient({ id: 'app' })).toMatchObject({ notFound: true });
    expect(await refusalOf(api.getClient({ id: 'app' }))).toEqual(['NotFound', 'There is no client with this id.']);
  });

  it('want a client, and an id', async () => {
    expect(await refusalOf(api.createClient({}))).toEqual(['InvalidArgument', expect.stringContaining('No client')]);
    expect(await refusalOf(api.updateClient({ name: 'x' }))).toEqual([
      'InvalidArgument',
      expect.stringContaining('No id'),
    ]);
  });
});

describe('calls about people', () => {
  it('add, list, change, try and remove', async () => {
    expect(await api.createPassword({ password: jane })).toMatchObject({ alreadyExists: false });
    expect(await api.createPassword({ password: jane })).toMatchObject({ alreadyExists: true });
    const { passwords } = await api.listPasswords({});
    expect(passwords).toMatchObject([{ email: jane.email, username: 'Jane', userId: 'u-1', hash: new Uint8Array() }]);
    const tried = async (password: string) => {
      const { verified, notFound } = await api.verifyPassword({ email: jane.email, password });
      return { verified, notFound };
    };
    expect(await tried('pw')).toEqual({ verified: true, notFound: false });
    expect(await tried('other')).toEqual({ verified: false, notFound: false });
    const newHash = new TextEncoder().encode('hash of other');
    expect(await api.updatePassword({ email: jane.email, newHash })).toMatchObject({ notFound: false });
    expect(await tried('other')).toEqual({ verified: true, notFound: false });
    await api.updatePassword({ email: jane.email, newUsername: 'J.' });
    expect((await api.listPasswords({})).passwords).toMatchObject([{ username: 'J.' }]);
    expect(await api.deletePassword({ email: jane.email })).toMatchObject({ notFound: false });
    expect(await tried('pw')).toEqual({ verified: false, notFound: true });
    expect(await api.deletePassword({ email: jane.email })).toMatchObject({ notFound: true });
    expect(await api.updatePassword({ email: jane.email, newUsername: 'x' })).toMatchObject({ notFound: true });
  });

  it.each<readonly [string, (to: Client<typeof Dex>) => Promise<unknown>]>([
    ['No account is given', (to) => to.createPassword({})],
    ['No email is given', (to) => to.createPassword({ password: { ...jane, email: '' } })],
    ['No user_id is given', (to) => to.createPassword({ password: { ...jane, userId: '' } })],
    ['No hash is given', (to) => to.createPassword({ password: { ...jane, hash: new Uint8Array() } })],
    ['The hash is not a text', (to) => to.createPassword({ password: { ...jane, hash: Uint8Array.of(0xc3, 0x28) } })],
    ['No email is given', (to) => to.updatePassword({ newUsername: 'x' })],
    ['Nothing is to be changed', (to) => to.updatePassword({ email: jane.email })],
    ['The hash is not a text', (to) => to.updatePassword({ email: jane.email, newHash: Uint8Array.of(0xff) })],
    ['No email is given', (to) => to.deletePassword({})],
    ['No email is given', (to) => to.verifyPassword({ password: 'pw' })],
    ['No password is given', (to) => to.verifyPassword({ email: jane.email })],
  ])('are refused when something is missing: %s', async (message, call) => {
    expect(await refusalOf(call(api))).toEqual(['InvalidArgument', expect.stringContaining(message)]);
    expect(lines).toMatchObject([{ level: 'warn', event: 'admin.refused', code: 'InvalidArgument' }]);
  });
});

describe('other calls', () => {
  it('list logins, and end them', async () => {
    const login = {
      id: 'l-1',
      clientId: 'app',
      createdAt: new Date(1_700_000_000_999),
      lastUsedAt: new Date(1_800_000_000_000),
    };
    administration.loginsOf.set('sub-1', [login, { ...login, id: 'l-2', clientId: 'other' }]);
    const { refreshTokens } = await api.listRefresh({ userId: 'sub-1' });
    expect(refreshTokens).toMatchObject([
      { id: 'l-1', clientId: 'app', createdAt: 1_700_000_000n, lastUsed: 1_800_000_000n },
      { id: 'l-2' },
    ]);
    expect(await api.revokeRefresh({ userId: 'sub-1', clientId: 'app' })).toMatchObject({ notFound: false });
    expect(await api.revokeRefresh({ userId: 'sub-1', clientId: 'app' })).toMatchObject({ notFound: true });
    expect((await api.listRefresh({ userId: 'sub-1' })).refreshTokens).toHaveLength(1);
  });

  it('say what this is, and where its endpoints are', async () => {
    expect(await api.getVersion({})).toMatchObject({ server: '1.2.3', api: 3 });
    const discovery = await api.getDiscovery({});
    expect(discovery).toMatchObject({ issuer: 'https://login.example', jwksUri: 'https://login.example/keys' });
    expect(discovery.scopesSupported).toEqual(['openid', 'email']);
  });

  it.each(['createConnector', 'updateConnector', 'deleteConnector', 'listConnectors'] as const)(
    'send who wants to change connectors to the file: %s',
    async (name) => {
      expect(await refusalOf(api[name]({}))).toEqual(['Unimplemented', expect.stringContaining('configuration file')]);
    },
  );
});

describe('errors', () => {
  const secretive = { cause: new Error('connect ECONNREFUSED 10.0.0.7'), detail: { host: '10.0.0.7' } };

  it('of who calls are told as they are', async () => {
    administration.refuse(new OstiaryError('config/invalid', 'redirect_uris[0] has a wildcard. List each URI.'));
    const told = ['InvalidArgument', 'redirect_uris[0] has a wildcard. List each URI.'];
    expect(await refusalOf(api.createClient({ client: app }))).toEqual(told);
    expect(lines).toMatchObject([{ event: 'admin.refused', rpc: 'CreateClient', reason: told[1] }]);
  });

  it.each([
    ['Unavailable', new OstiaryError('storage/unavailable', 'db-1 does not answer', secretive)],
    ['Unavailable', new OstiaryError('storage/conflict', 'db-1 lost', secretive)],
    ['Internal', new OstiaryError('storage/corrupt', 'db-1 is broken', secretive)],
    ['Internal', new Error('db-1 is a bug')],
  ])('of the server are %s, and told to the log alone', async (code, error) => {
    administration.refuse(error);
    const [given, message] = await refusalOf(api.listClients({}));
    expect(given).toBe(code);
    expect(message).not.toMatch(/db-1|10\.0\.0\.7/);
    if (code === 'Internal') expect(message).toContain('request-1');
    expect(lines).toMatchObject([{ level: 'error', event: 'admin.failed', rpc: 'ListClients', error }]);
  });

  it('are fields of a later API, which would limit a client here', async () => {
    const field = { no: 8, wireType: 2, data: Uint8Array.of(3, 0x67, 0x6f, 0x6f) };
    const call = api.createClient({
      client: { ...app, $typeName: 'api.Client', secret: '', public: false, logoUrl: '', $unknown: [field] },
    });
    expect(await refusalOf(call)).toEqual(['InvalidArgument', expect.stringMatching(/api\.Client .*the number 8/)]);
    expect((await api.listClients({})).clients).toEqual([]);
  });
});

describe('the log', () => {
  it('has a line for each change and each look at a secret, with who it was, and no secret', async () => {
    await api.createClient({ client: { ...app, secret: 'app-secret' } });
    await api.getClient({ id: 'app' });
    await api.updateClient({ id: 'app', name: 'New' });
    await api.createPassword({ password: jane });
    await api.verifyPassword({ email: jane.email, password: 'guessed' });
    await api.updatePassword({ email: jane.email, newUsername: 'J.', newHash: jane.hash });
    await api.deletePassword({ email: jane.email });
    const login = { id: 'l-1', clientId: 'app', createdAt: new Date(0), lastUsedAt: new Date(0) };
    administration.loginsOf.set('sub-1', [login]);
    await api.revokeRefresh({ userId: 'sub-1', clientId: 'app' });
    await api.deleteClient({ id: 'app' });
    expect(lines).toMatchObject([
      { event: 'admin.client_created', client: 'app' },
      { event: 'admin.client_read', client: 'app' },
      { event: 'admin.client_updated', client: 'app' },
      { event: 'admin.password_created', user: 'u-1', email: jane.email },
      { event: 'admin.password_verified', email: jane.email, outcome: 'wrong' },
      { event: 'admin.password_updated', email: jane.email, changed: 'username hash' },
      { event: 'admin.password_deleted', email: jane.email },
      { event: 'admin.logins_ended', subject: 'sub-1', client: 'app', ended: 1 },
      { event: 'admin.client_deleted', client: 'app' },
    ]);
    for (const line of lines)
      expect(line).toMatchObject({ level: 'info', requestId: 'request-1', caller: 'portal (4F:0C)' });
    expect(JSON.stringify(lines)).not.toMatch(/app-secret|guessed|hash of/);
  });

  it('has none of what changed nothing', async () => {
    await api.listClients({});
    await api.updateClient({ id: 'app', name: 'x' });
    await api.deleteClient({ id: 'app' });
    await api.deletePassword({ email: jane.email });
    await api.revokeRefresh({ userId: 'sub-1', clientId: 'app' });
    expect(lines).toEqual([]);
  });
});
