/** A person whom a real Apache logs in, from its prompt in Chromium to `kubectl auth whoami`. */
import { encodeSubject } from '@ostiary/token-core';
import {
  createAuthority,
  freePort,
  openKubectl,
  requireKubectl,
  requireTool,
  startAuthProxy,
} from '@ostiary/tooling-servers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startIssuer } from './support/issuer.ts';
import { type LoginScene, loginByBrowser, openScene, whoAmI } from './support/kubectl.ts';
import { openTerminal } from './support/plugin.ts';

const lacking = requireTool('go', 'chromium', 'apache2', 'mod_auth_openidc.so', 'openssl') ?? (await requireKubectl());

const sharedSecret = 'only-for-tests-5d1e';
const jane = { name: 'jane', password: 'correct horse', groups: ['dev', 'ops'] };

describe.skipIf(lacking !== undefined)('kubectl login behind an authenticating proxy', () => {
  const stack = new AsyncDisposableStack();
  let scene: Omit<LoginScene, 'terminal'>;
  let backend: string;
  let caFile: string;

  beforeAll(async () => {
    const authority = stack.use(await createAuthority());
    caFile = authority.caFile;
    const [proxyPort, port] = [await freePort(), await freePort()];
    const publicUrl = `https://127.0.0.1:${proxyPort}/dex`;
    backend = `http://127.0.0.1:${port}`;
    const issuer = stack.use(await startIssuer({ authority, port, publicUrl, config: () => configuration }));
    const certificate = await authority.issue();
    const guarded = { port: proxyPort, certificate, backend, protectedPath: '/dex/callback/proxy', sharedSecret };
    stack.use(await startAuthProxy({ ...guarded, person: jane }));
    scene = await openScene(stack, { issuer, authority });
  }, 600_000);
  afterAll(() => stack.disposeAsync());

  it('brings the name and the groups that the proxy says into the cluster, whatever the browser says', async () => {
    await using terminal = await openTerminal(caFile);
    await using kubectl = await openKubectl();
    const httpCredentials = { username: jane.name, password: jane.password };
    const names = ['user', 'user-id', 'user-name', 'user-email', 'group', 'secret'];
    const extraHTTPHeaders = Object.fromEntries(names.map((name) => [`x-remote-${name}`, 'admin']));
    await loginByBrowser({ ...scene, terminal }, async () => undefined, { httpCredentials, extraHTTPHeaders });
    const name = encodeSubject({ userId: 'jane', connectorId: 'proxy' });
    expect(await whoAmI(kubectl, terminal)).toEqual({ name, groups: ['dev', 'ops'] });
  });

  it('lets nobody in who comes past the proxy, whatever the headers say', async () => {
    const query = new URLSearchParams({
      ...{ client_id: 'kubectl', redirect_uri: 'http://127.0.0.1:18000/', response_type: 'code', scope: 'openid' },
      ...{ state: 's', code_challenge: 'c'.repeat(43), code_challenge_method: 'S256' },
    });
    const begun = await fetch(`${backend}/dex/auth/proxy?${query}`, { redirect: 'manual' });
    const callback = new URL(begun.headers.get('location') ?? '');
    const cookie = begun.headers
      .getSetCookie()
      .map((line) => line.split(';')[0])
      .join('; ');
    const headers = {
      cookie,
      'x-remote-user': 'admin',
      'x-remote-group': 'system:masters',
      'x-remote-secret': 'guessed',
    };
    const answer = await fetch(`${backend}${callback.pathname}${callback.search}`, { redirect: 'manual', headers });
    expect(answer.status).toBe(502);
    expect(answer.headers.get('location')).toBeNull();
  });
});

const configuration = `
oauth2: { skipApprovalScreen: true }
staticClients:
  - { id: kubectl, name: kubectl, public: true }
connectors:
  - type: authproxy
    id: proxy
    name: Company
    config: { sharedSecret: ${sharedSecret} }
`;
