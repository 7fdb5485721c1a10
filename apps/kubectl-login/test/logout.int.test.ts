import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { readdir, rename } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { freePort } from '@ostiary/tooling-servers';
import { afterAll, describe, expect, it } from 'vitest';
import { formatSession } from '../src/store/session.ts';
import { logIn, openWorld } from './support/plugin.ts';
import { startProvider } from './support/provider.ts';
import { openScene } from './support/scene.ts';

const scene = await openScene();
const { build, provider } = scene;
afterAll(() => scene[Symbol.asyncDispose]());

/** Takes connections, and never says a word. */
async function startSilent(): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer();
  const port = await freePort();
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

async function refreshAt(issuer: string, refreshToken: string): Promise<unknown> {
  const form = { grant_type: 'refresh_token', refresh_token: refreshToken, client_id: 'kubectl' };
  const answer = await fetch(`${issuer}/token`, { method: 'POST', body: new URLSearchParams(form) });
  return answer.json();
}

describe('kubectl login logout', () => {
  it('ends the session at the issuer and forgets it here', async () => {
    await using world = await openWorld(build);
    const id = await logIn(world, provider.issuer);
    const refreshToken = world.session(id).refreshToken?.reveal() ?? '';
    const { exitCode, stderr } = await world.run(['logout', '--session', id]);
    expect(exitCode).toBe(0);
    expect(stderr).toContain('The issuer ended the session. Where a cluster does not ask it, tokens');
    expect((await world.run(['status'])).exitCode).toBe(1);
    expect(await refreshAt(provider.issuer, refreshToken)).toMatchObject({ error: 'invalid_grant' });
  });

  it.each([['--session', 'other'], ['--context', 'other'], ['--dry-run']])(
    'does nothing when an option stands ahead of it: %s',
    async (...options) => {
      await using world = await openWorld(build);
      const id = await logIn(world, provider.issuer);
      const { exitCode, stderr } = await world.run([...options, 'logout']);
      expect(exitCode).toBe(1);
      expect(stderr).toContain(`error: ${options[0]} is for a login. Write options behind "logout".`);
      expect(world.session(id).refreshToken).toBeDefined();
    },
  );

  it('ends one that a process began to write and was killed', async () => {
    await using world = await openWorld(build);
    const id = await logIn(world, provider.issuer);
    const refreshToken = world.session(id).refreshToken?.reveal() ?? '';
    const file = join(world.state, 'sessions', `${id}.session.json`);
    await rename(file, `${file}.nonce.tmp`);
    const { exitCode, stderr } = await world.run(['logout', '--all']);
    expect(exitCode, stderr).toBe(0);
    expect(await readdir(join(world.state, 'sessions'))).toEqual([]);
    expect(await refreshAt(provider.issuer, refreshToken)).toMatchObject({ error: 'invalid_grant' });
  });

  it('forgets it here even when the issuer is out of reach, and says so', async () => {
    await using world = await openWorld(build);
    const gone = await startProvider();
    const id = await logIn(world, gone.issuer);
    await gone[Symbol.asyncDispose]();
    const { exitCode, stderr } = await world.run(['logout', '--session', id]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('could not be told');
    expect(() => world.session(id)).toThrow('ENOENT');
  });

  it('does not hang where an issuer does not answer, however many sessions there are', async () => {
    await using world = await openWorld(build);
    await using silent = await startSilent();
    for (const name of ['jane', 'admin', 'joe']) await logIn(world, provider.issuer, ['--login-hint', name]);
    for (const file of await readdir(join(world.state, 'sessions'))) {
      if (!file.endsWith('.session.json')) continue;
      const session = world.session(file.slice(0, -'.session.json'.length));
      const metadata = { ...session.metadata, revocationEndpoint: `${silent.url}/revoke` };
      writeFileSync(join(world.state, 'sessions', file), formatSession({ ...session, metadata }));
    }
    const begun = performance.now();
    const { exitCode, stderr } = await world.run(['logout', '--all']);
    expect(exitCode).toBe(1);
    expect(stderr.match(/could not be told: .* no answer in time/g)).toHaveLength(3);
    expect(performance.now() - begun).toBeLessThan(9000);
    expect(await readdir(join(world.state, 'sessions'))).toEqual([]);
  });

  it('says of every session whose issuer was not told', async () => {
    await using world = await openWorld(build);
    const gone = await Promise.all([startProvider(), startProvider()]);
    for (const { issuer } of gone) await logIn(world, issuer);
    for (const one of gone) await one[Symbol.asyncDispose]();
    const { exitCode, stderr } = await world.run(['logout', '--all']);
    expect(exitCode).toBe(1);
    for (const { issuer } of gone) expect(stderr).toContain(`but ${issuer} could not be told`);
    expect(await readdir(join(world.state, 'sessions'))).toEqual([]);
  });
});
