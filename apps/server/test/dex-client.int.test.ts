/** The client that Dex publishes for Go makes every call of its API. */
import { join } from 'node:path';
import { buildDexClient, mustRun, requireTool, runCommand, temporaryFolder } from '@ostiary/tooling-servers';
import { beforeAll, describe, expect, it } from 'vitest';
import { Dex } from '../src/administration/api/api_pb.ts';
import { type OpenApi, openApi } from './open-api.ts';

type Call = readonly [rpc: string, request: Readonly<Record<string, unknown>>];

let program = '';

/** Where it connects, and the files of its certificate. */
async function argumentsFor(api: OpenApi, folder: string): Promise<readonly string[]> {
  const address = ['-address', api.listener.address];
  if (api.origin.startsWith('http:')) return address;
  return [
    ...address,
    '-ca',
    join(folder, 'ca.crt'),
    '-cert',
    join(folder, 'portal.crt'),
    '-key',
    join(folder, 'portal.key'),
  ];
}

/** Makes the calls in turn, over one connection. */
async function make(api: OpenApi, calls: readonly Call[]): Promise<readonly unknown[]> {
  await using folder = await temporaryFolder('dex-client');
  const { cert, key } = await api.clients.issue('portal');
  await Promise.all([
    folder.write('ca.crt', api.authority.ca),
    folder.write('portal.crt', cert),
    folder.write('portal.key', key),
  ]);
  const input = JSON.stringify(calls.map(([rpc, request]) => ({ rpc, request })));
  const said = await mustRun({ command: program, args: await argumentsFor(api, folder.path), input });
  const answers: unknown = JSON.parse(said);
  if (!Array.isArray(answers)) throw new Error(`no answers: ${said}`);
  return answers;
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const ok = (response: unknown) => ({ code: 'OK', response });
const app = { id: 'app', name: 'App', redirectUris: ['https://app.example/cb'], trustedPeers: ['cli'], logoUrl: 'l' };
const jane = { email: 'jane@example.com', username: 'Jane', userId: 'u-1' };
const unimplemented = { code: 'Unimplemented', message: expect.stringContaining('configuration file') };

/** Each call, and what is answered. */
const story: readonly (readonly [...Call, answer: unknown])[] = [
  ['GetVersion', {}, ok({ server: '1.2.3', api: 3 })],
  ['GetDiscovery', {}, ok(expect.objectContaining({ issuer: 'https://login.example', claimsSupported: ['sub'] }))],
  ['CreateClient', { client: app }, ok({ client: { ...app, secret: 'made-up-secret' } })],
  ['CreateClient', { client: app }, ok({ alreadyExists: true })],
  ['CreateClient', {}, { code: 'InvalidArgument', message: expect.stringContaining('No client is given') }],
  ['UpdateClient', { id: 'app', name: 'New' }, ok({})],
  ['GetClient', { id: 'app' }, ok({ client: { ...app, name: 'New', secret: 'made-up-secret' } })],
  ['ListClients', {}, ok({ clients: [{ ...app, name: 'New' }] })],
  ['DeleteClient', { id: 'app' }, ok({})],
  ['DeleteClient', { id: 'app' }, ok({ notFound: true })],
  ['GetClient', { id: 'app' }, { code: 'NotFound', message: 'There is no client with this id.' }],
  ['CreatePassword', { password: { ...jane, hash: base64('hash of pw') } }, ok({})],
  ['VerifyPassword', { email: jane.email, password: 'pw' }, ok({ verified: true })],
  ['UpdatePassword', { email: jane.email, newHash: base64('hash of other') }, ok({})],
  ['VerifyPassword', { email: jane.email, password: 'pw' }, ok({})],
  ['ListPasswords', {}, ok({ passwords: [jane] })],
  ['DeletePassword', { email: jane.email }, ok({})],
  ['VerifyPassword', { email: jane.email, password: 'pw' }, ok({ notFound: true })],
  [
    'ListRefresh',
    { userId: 'sub-1' },
    ok({ refreshTokens: [{ id: 'l-1', clientId: 'app', createdAt: '1700000000', lastUsed: '1800000000' }] }),
  ],
  ['RevokeRefresh', { userId: 'sub-1', clientId: 'app' }, ok({})],
  ['RevokeRefresh', { userId: 'sub-1', clientId: 'app' }, ok({ notFound: true })],
  ['CreateConnector', { connector: { id: 'c', type: 'oidc', name: 'C', config: base64('{}') } }, unimplemented],
  ['UpdateConnector', { id: 'c', newName: 'D' }, unimplemented],
  ['DeleteConnector', { id: 'c' }, unimplemented],
  ['ListConnectors', {}, unimplemented],
];

describe.skipIf(requireTool('go') !== undefined)("Dex's own client for Go", () => {
  beforeAll(async () => {
    program = await buildDexClient();
  }, 300_000);

  it.each(['with a certificate', 'in the clear'])('makes all calls %s', async (how) => {
    await using api = await openApi(how === 'in the clear' ? { tls: 'none' } : {});
    const [createdAt, lastUsedAt] = [new Date(1_700_000_000_000), new Date(1_800_000_000_000)];
    api.administration.loginsOf.set('sub-1', [{ id: 'l-1', clientId: 'app', createdAt, lastUsedAt }]);
    expect(new Set(story.map(([rpc]) => rpc))).toEqual(new Set(Dex.methods.map(({ name }) => name)));
    const answers = await make(
      api,
      story.map(([rpc, request]) => [rpc, request]),
    );
    expect(answers).toEqual(story.map(([, , answer]) => answer));
  });

  it('is refused without a certificate', async () => {
    await using api = await openApi();
    await using folder = await temporaryFolder('dex-client');
    const args = ['-address', api.listener.address, '-ca', await folder.write('ca.crt', api.authority.ca)];
    const input = JSON.stringify([{ rpc: 'ListClients', request: {} }]);
    const { stdout } = await runCommand({ command: program, args, input });
    expect(JSON.parse(stdout)).toMatchObject([{ code: 'Unavailable' }]);
    expect(api.lines.at(-1)).toMatchObject({ event: 'admin.refused', reason: expect.stringContaining('CERTIFICATE') });
  });
});
