/**
 * Our own signing key changes under a cluster that is running: nobody has to be told, and tokens of the key before stay
 * good to their end. A period is hours long, so the database comes with keys whose change is due in a moment.
 */
import { randomBytes } from 'node:crypto';
import { silentLogger } from '@ostiary/primitives';
import { openSqliteDriver } from '@ostiary/storage-sqlite';
import { createKeyRing } from '@ostiary/token-core';
import {
  buildKubernetes,
  createAuthority,
  issuerEntry,
  openKubectl,
  requireKubectl,
  requireTool,
  startChromium,
  startKubernetes,
} from '@ostiary/tooling-servers';
import { beforeAll, describe, expect, it } from 'vitest';
import { startIssuer } from './support/issuer.ts';
import { openTerminal, type Terminal } from './support/plugin.ts';

const lacking = requireTool('go', 'chromium') ?? (await requireKubectl());

/** As in the server: six hours of signing, ten minutes in the caches of verifiers. Seconds. */
const period = 6 * 3600;
const cache = 600;
/** A key is published for the time of the caches, a minute of refreshing and one of clock skew before it signs. */
const lead = cache + 120;
/** Seconds from the preparation of the database to the change. */
const soon = 20;

/** A first key whose period ends `soon`, and its successor, published as long ago as it had to be. */
async function prepareKeys(file: string): Promise<void> {
  let ago = period - soon - 60;
  const now = (): Date => new Date(Date.now() - ago * 1000);
  const deps = { now, random: (length: number) => new Uint8Array(randomBytes(length)), log: silentLogger };
  await using storage = await openSqliteDriver({ file, ...deps });
  const policy = { algorithms: ['RS256'], rotationPeriod: period, tokenLifetime: 60, verifierCache: cache } as const;
  await using keys = await createKeyRing({ storage, deps, policy });
  ago = lead - soon;
  await keys.refresh();
}

const kidOf = (token: string): string =>
  JSON.parse(Buffer.from(token.split('.', 1)[0] ?? '', 'base64url').toString()).kid;

describe.skipIf(lacking !== undefined)('the signing key of the issuer', () => {
  beforeAll(() => buildKubernetes(), 600_000);

  it('changes, and the cluster takes tokens of both keys', async () => {
    await using stack = new AsyncDisposableStack();
    const authority = stack.use(await createAuthority());
    const chromium = stack.use(await startChromium({ trust: [authority.ca] }));
    const kubectl = stack.use(await openKubectl());
    const terminal = stack.use(await openTerminal(authority.caFile));
    const issuer = stack.use(await startIssuer({ authority, config: () => configuration, prepare: prepareKeys }));
    const entry = issuerEntry({ url: issuer.url, audiences: ['kubectl'], ca: authority.ca });
    const cluster = stack.use(await startKubernetes({ jwt: [entry], tokenCacheSeconds: 0 }));
    await cluster.untilInitialized();
    const names = ['--context', 'test', '--cluster', 'test', '--server', cluster.url, '--cluster-ca', cluster.caFile];
    const logIn = async (): Promise<string> => {
      const { address, running } = await terminal.login([issuer.url, ...names]);
      await (await chromium.open()).goto(address);
      const { code } = await running.exited;
      expect(code, running.log()).toBe(0);
      return terminal.token();
    };
    const whoIs = async (token: string): Promise<string> => {
      const args = ['--server', cluster.url, '--certificate-authority', cluster.caFile, '--token', token];
      const { stdout, stderr, exitCode } = await kubectl.run(
        [...args, 'auth', 'whoami', '--output=json'],
        alone(terminal),
      );
      expect(exitCode, stderr).toBe(0);
      return JSON.parse(stdout).status.userInfo.groups[0];
    };

    const first = await logIn();
    expect(await whoIs(first)).toBe('authors');
    let second = first;
    await expect
      .poll(
        async () => {
          second = await logIn();
          return kidOf(second);
        },
        { timeout: 40_000, interval: 1000 },
      )
      .not.toBe(kidOf(first));
    expect(await whoIs(second)).toBe('authors');
    expect(await whoIs(first)).toBe('authors');
  });
});

const configuration = `
oauth2: { skipApprovalScreen: true }
expiry: { idTokens: 60s }
staticClients: [{ id: kubectl, name: kubectl, public: true }]
connectors: [{ type: mockCallback, id: mock, name: Mock }]
`;

/** Without the kubeconfig of the plugin: the token of the command line is to be asked about, and no other. */
const alone = ({ env }: Terminal): { env: NodeJS.ProcessEnv } => ({ env: { ...env, KUBECONFIG: '/dev/null' } });
