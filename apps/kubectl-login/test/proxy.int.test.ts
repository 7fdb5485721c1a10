import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { Secret } from '@ostiary/primitives';
import { createAuthority } from '@ostiary/tooling-servers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPrivateFiles } from '../src/store/private-files.ts';
import { type Session, sessionId } from '../src/store/session.ts';
import { createSessionStore } from '../src/store/session-store.ts';
import { plainAnswer, startPlainProxy } from './support/plain-proxy.ts';
import { type Build, buildPlugin, execInfo, openWorld, type World } from './support/plugin.ts';
import { startSocksProxy } from './support/socks-proxy.ts';

const issuer = 'https://login.corp.example';

let build: Build;
beforeAll(async () => {
  build = await buildPlugin();
});
afterAll(() => build[Symbol.asyncDispose]());

/** A server that sends every browser back with a code and takes whatever it is sent. */
async function startThief() {
  const authority = await createAuthority();
  const { certificate, key } = await authority.issue();
  const requests: string[] = [];
  const server = createServer({ cert: certificate, key }, (request, response) => {
    const url = new URL(request.url ?? '/', 'https://127.0.0.1');
    requests.push(`${request.method} ${url.pathname}`);
    const back = new URL(url.searchParams.get('redirect_uri') ?? 'http://127.0.0.1:1/');
    back.search = new URLSearchParams({ code: 'x', state: url.searchParams.get('state') ?? '' }).toString();
    response.writeHead(302, { location: back.href }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // a server on a TCP port has no other kind of address
  return {
    caFile: authority.caFile,
    url: `https://127.0.0.1:${port}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await authority[Symbol.asyncDispose]();
    },
  };
}

function storedSession(world: World): Session {
  const key = { issuer, clientId: 'kubectl', scopes: [] };
  const session: Session = {
    id: sessionId(key),
    key,
    metadata: { tokenEndpoint: `${issuer}/token`, fetchedAt: Date.now() },
    refreshToken: new Secret('the refresh token'),
    subject: 'jane',
    user: 'jane',
    loggedInAt: Date.now(),
  };
  const files = createPrivateFiles({ uid: process.getuid?.(), newNonce: () => 'nonce' });
  createSessionStore(world.state, files).save(session, undefined);
  return session;
}

describe('a proxy that plays the issuer', () => {
  it('gets neither the browser nor the code', async () => {
    await using thief = await startThief();
    const endpoints = Object.entries({ authorization_endpoint: 'auth', token_endpoint: 'token', jwks_uri: 'keys' });
    const discovery = {
      issuer,
      ...Object.fromEntries(endpoints.map(([name, path]) => [name, `${thief.url}/${path}`])),
    };
    await using proxy = await startPlainProxy(`HTTP/1.1 100 Continue\r\n\r\n${plainAnswer('200 OK', discovery)}`);
    await using world = await openWorld(build);
    const args = [issuer, '--certificate-authority', thief.caFile, '--timeout', '10'];
    const { exitCode, stderr } = await world.run(args, { HTTPS_PROXY: proxy.url });
    expect(thief.requests).toEqual([]);
    expect(world.browserLog()).toEqual([]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('The proxy did not connect to login.corp.example (status 100). Check HTTPS_PROXY');
  });

  it('cannot end a session', async () => {
    const answer = plainAnswer('400 Bad Request', { error: 'invalid_grant' });
    await using proxy = await startPlainProxy(answer);
    await using world = await openWorld(build);
    const { id } = storedSession(world);
    const env = { ...execInfo('v1'), HTTPS_PROXY: proxy.url };
    const { exitCode, stderr } = await world.run(['get-token', `--session=${id}`], env);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('The proxy did not connect to login.corp.example (status 400).');
    expect(proxy.received.join()).not.toContain('refresh');
    expect(world.session(id).refreshToken?.reveal()).toBe('the refresh token');
  });
});

describe('the password of a proxy', () => {
  it('is not shown by DEBUG', async () => {
    await using proxy = await startPlainProxy(plainAnswer('407 Proxy Authentication Required', {}));
    await using world = await openWorld(build);
    const HTTPS_PROXY = proxy.url.replace('//', '//jane:hunter2@');
    const { stderr } = await world.run([issuer], { HTTPS_PROXY, DEBUG: '*', KUBECTL_LOGIN_DEBUG: '1' });
    const basic = Buffer.from('jane:hunter2').toString('base64');
    expect(proxy.received[0]).toContain(`Proxy-Authorization: Basic ${basic}\r\n`);
    expect(stderr).toContain('https-proxy-agent Creating new HttpsProxyAgent instance');
    for (const secret of ['hunter2', basic]) expect(stderr).not.toContain(secret);
  });

  it('is not shown by DEBUG when it is one for SOCKS', async () => {
    await using proxy = await startSocksProxy({ leadTo: 9, user: 'jane:hunter2', reply: 2 });
    await using world = await openWorld(build);
    const HTTPS_PROXY = `socks5://jane:hunter2@${proxy.address}`;
    const { stderr } = await world.run([issuer], { HTTPS_PROXY, DEBUG: '*', KUBECTL_LOGIN_DEBUG: '1' });
    expect(proxy.asked).toEqual(['login.corp.example:443']);
    expect(stderr).toContain('socks-proxy-agent');
    expect(stderr).not.toContain('hunter2');
  });
});
