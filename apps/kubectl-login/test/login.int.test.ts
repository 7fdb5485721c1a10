import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { runCommand } from '@ostiary/tooling-servers';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { execInfo, logIn, openWorld, type World } from './support/plugin.ts';
import { openScene } from './support/scene.ts';

const scene = await openScene();
const { build, provider } = scene;
afterAll(() => scene[Symbol.asyncDispose]());

/** A person opens the address that was printed. */
async function openByHand(world: World, log: string): Promise<void> {
  const url = /Log in at: (\S+)/.exec(log)?.[1] ?? '';
  const [command = '', ...args] = world.env.KUBECTL_LOGIN_BROWSER?.split(' ') ?? [];
  await runCommand({ command, args: [...args, url], env: world.env });
}

describe('kubectl login ISSUER', () => {
  it('logs in by the browser, keeps the session and answers kubectl', async () => {
    await using world = await openWorld(build);
    const login = await world.run([provider.issuer]);
    expect(login).toMatchObject({ exitCode: 0, stdout: '' });
    expect(login.stderr).toContain(`Log in at: ${provider.issuer}/auth?`);
    expect(login.stderr).toContain(`Logged in to ${provider.issuer} as jane.`);
    expect(world.browserLog().at(-1)).toMatch(/^callback 200 .*You are signed in/);

    const status = await world.run(['status', '-o', 'json']);
    expect(status.exitCode).toBe(0);
    const { sessions } = JSON.parse(status.stdout);
    expect(sessions).toMatchObject([{ issuer: provider.issuer, user: 'jane', tokenValid: true, renewable: true }]);

    const token = await world.run(['get-token', `--session=${sessions[0].session}`], execInfo('v1'));
    expect(token).toMatchObject({ exitCode: 0, stderr: '' });
    const credential = JSON.parse(token.stdout);
    expect(credential).toMatchObject({ kind: 'ExecCredential', apiVersion: 'client.authentication.k8s.io/v1' });
    expect(Date.parse(credential.status.expirationTimestamp)).toBeGreaterThan(Date.now() + 500_000);
    const [, payload = ''] = credential.status.token.split('.');
    expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toMatchObject({
      iss: provider.issuer,
      sub: 'jane',
      aud: 'kubectl',
    });
  });

  it('sends PKCE S256, state, nonce and an unguessable loopback address', async () => {
    await using world = await openWorld(build);
    await logIn(world, provider.issuer, ['--connector-id', 'ldap', '--login-hint', 'jane']);
    const opened = new URL(world.browserLog()[0]?.replace('opened ', '') ?? '');
    const asked = Object.fromEntries(opened.searchParams);
    expect(asked).toMatchObject({
      response_type: 'code',
      client_id: 'kubectl',
      code_challenge_method: 'S256',
      connector_id: 'ldap',
      login_hint: 'jane',
      scope: 'openid profile email offline_access',
    });
    expect(asked.redirect_uri).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/callback\/[\w-]{43}$/);
    for (const name of ['state', 'nonce', 'code_challenge']) expect(asked[name]).toMatch(/^[\w-]{43}$/);
  });

  it('keeps its files from other users', async () => {
    await using world = await openWorld(build);
    const id = await logIn(world, provider.issuer);
    const mode = (path: string): number => statSync(`${world.state}${path}`).mode & 0o777;
    expect([mode('/sessions'), mode(`/sessions/${id}.session.json`), mode(`/sessions/${id}.credential.json`)]).toEqual([
      0o700, 0o600, 0o600,
    ]);
  });

  it.each([
    ['the sessions', 'KUBECTL_LOGIN_HOME', '/file/below', 'cannot be used'],
    ['the kubeconfig', 'KUBECONFIG', '/file/below', 'cannot be written'],
    [
      'sessions of a folder',
      'KUBECTL_LOGIN_HOME',
      undefined,
      'is "below", which is another folder wherever kubectl runs',
    ],
  ])('says before the browser opens that %s have no place', async (_what, variable, path, message) => {
    await using world = await openWorld(build);
    writeFileSync(`${world.home}/file`, '');
    const value = path === undefined ? 'below' : world.home + path;
    const { exitCode, stderr } = await world.run([provider.issuer], { [variable]: value });
    expect(exitCode).not.toBe(0);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('fault of kubectl-login');
    expect(world.browserLog()).toEqual([]);
  });

  it('writes the user entry alone when there is no context, and says what is next', async () => {
    await using world = await openWorld(build);
    const { stderr } = await world.run([provider.issuer]);
    const config = parse(readFileSync(world.kubeconfig, 'utf8'));
    expect(config.users[0].user.exec).toMatchObject({
      apiVersion: 'client.authentication.k8s.io/v1',
      command: 'kubectl-login',
      interactiveMode: 'IfAvailable',
    });
    expect(config.contexts).toBeUndefined();
    expect(stderr).toContain('Next: kubectl login --session=');
  });

  it('makes cluster and context, and writes nothing the second time', async () => {
    await using world = await openWorld(build);
    const args = ['--context', 'prod', '--server', 'https://api.example.com:6443'];
    await logIn(world, provider.issuer, args);
    const before = statSync(world.kubeconfig);
    expect(parse(readFileSync(world.kubeconfig, 'utf8'))).toMatchObject({
      'current-context': 'prod',
      contexts: [{ name: 'prod', context: { cluster: 'api.example.com' } }],
      clusters: [{ name: 'api.example.com', cluster: { server: 'https://api.example.com:6443' } }],
    });
    const second = await world.run([provider.issuer, ...args]);
    expect(second.stderr).toContain('kubeconfig: nothing to change');
    expect(statSync(world.kubeconfig)).toMatchObject({ ino: before.ino, mtimeMs: before.mtimeMs });
  });

  it('changes nothing and asks nobody with --dry-run', async () => {
    await using world = await openWorld(build);
    const { stdout, exitCode } = await world.run([
      provider.issuer,
      '--dry-run',
      '--context',
      'a',
      '--server',
      'https://a.example',
    ]);
    expect({ exitCode, lines: stdout.trim().split('\n').length }).toEqual({ exitCode: 0, lines: 5 });
    expect(stdout).toContain('would add context "a"');
    expect(world.browserLog()).toEqual([]);
    expect(() => statSync(world.kubeconfig)).toThrow('ENOENT');
  });

  it('ends when the person says no, with a message that cannot steer the terminal', async () => {
    await using world = await openWorld(build);
    const { exitCode, stderr, stdout } = await world.run([provider.issuer], { BROWSER_MODE: 'deny' });
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toContain('refused with access_denied: no thanks');
    expect(stderr).not.toContain('\u001b');
    expect(world.browserLog()).toContain('callback 400');
  });

  it('goes on without a browser that can be started', async () => {
    await using world = await openWorld(build);
    const env = { KUBECTL_LOGIN_BROWSER: '/no/such/browser' };
    await using login = await world.start([provider.issuer], env);
    await login.untilReady(() => login.log().includes('The browser could not be opened'));
    await openByHand(world, login.log());
    expect(await login.exited).toMatchObject({ code: 0 });
  });

  it('gives up when nobody finishes the login', async () => {
    await using world = await openWorld(build);
    const { exitCode, stderr } = await world.run([provider.issuer, '--timeout', '1'], { BROWSER_MODE: 'ignore' });
    expect(exitCode).toBe(1);
    expect(stderr).toContain('Nobody finished the login within 1 seconds.');
  });

  it('names the broken line of a kubeconfig before it asks anybody', async () => {
    await using world = await openWorld(build);
    const { writeFileSync } = await import('node:fs');
    writeFileSync(world.kubeconfig, 'apiVersion: v1\nusers: [\nclusters: {}\n');
    const { exitCode, stderr } = await world.run([provider.issuer]);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/kubeconfig .* is not valid YAML in line \d/);
    expect(world.browserLog()).toEqual([]);
    expect(readFileSync(world.kubeconfig, 'utf8')).toBe('apiVersion: v1\nusers: [\nclusters: {}\n');
  });
});

describe('a lock on the kubeconfig that kubectl left behind', () => {
  const entry = ['--context', 'prod', '--server', 'https://api.example.com'];

  it('is named before the browser opens', async () => {
    await using world = await openWorld(build);
    const lock = `${world.kubeconfig}.lock`;
    writeFileSync(lock, '');
    const { exitCode, stderr } = await world.run([provider.issuer, ...entry]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`keeps ${lock}, or left it behind. If none is running, delete ${lock} and try again.`);
    expect(world.browserLog()).toEqual([]);
  });

  it('costs no login when it comes during one: the same command then needs none', async () => {
    await using world = await openWorld(build);
    const lock = `${world.kubeconfig}.lock`;
    await using login = await world.start([provider.issuer, ...entry, '--skip-open-browser']);
    await login.untilReady(() => login.log().includes('Log in at:'));
    writeFileSync(lock, '');
    await openByHand(world, login.log());
    expect(await login.exited).toMatchObject({ code: 1 });
    expect(login.log()).toContain('error: You are logged in, but the kubeconfig was not changed.');
    expect(login.log()).toMatch(/delete \S+\.lock and try again\. The same command needs no new login until \d/);

    rmSync(lock);
    const opened = world.browserLog();
    expect((await world.run([provider.issuer, ...entry])).exitCode).toBe(0);
    expect(world.browserLog()).toEqual(opened);
    expect(parse(readFileSync(world.kubeconfig, 'utf8'))['current-context']).toBe('prod');
  });
});

describe('a login that is still good', () => {
  const another = ['--context', 'b', '--server', 'https://b.example'];

  it('is used for another entry in the kubeconfig', async () => {
    await using world = await openWorld(build);
    const id = await logIn(world, provider.issuer, ['--context', 'a', '--server', 'https://a.example']);
    const opened = world.browserLog();
    const planned = await world.run([`--session=${id}`, ...another, '--dry-run']);
    expect(planned.stdout).toContain(`would use the login of jane at ${provider.issuer}\n`);
    const { exitCode, stderr } = await world.run([`--session=${id}`, ...another]);
    expect(exitCode).toBe(0);
    expect(stderr).toContain(`You are logged in to ${provider.issuer} as jane.`);
    expect(stderr).toContain(`For a new login: kubectl login --session=${id}\n`);
    expect(world.browserLog()).toEqual(opened);
  });

  it.each([
    ['the person asks for a new one', ['--prompt', 'login']],
    ['the person says who it is', ['--login-hint', 'jane']],
    ['it is another session', ['--scope', 'email']],
  ])('is not used when %s', async (_what, more) => {
    await using world = await openWorld(build);
    await logIn(world, provider.issuer, ['--context', 'a', '--server', 'https://a.example']);
    const opened = world.browserLog().length;
    expect((await world.run([provider.issuer, ...another, ...more])).exitCode).toBe(0);
    expect(world.browserLog().length).toBeGreaterThan(opened);
  });

  it('is not used when its token has ended', async () => {
    await using world = await openWorld(build);
    world.expire(await logIn(world, provider.issuer));
    const opened = world.browserLog().length;
    expect((await world.run([provider.issuer, ...another])).exitCode).toBe(0);
    expect(world.browserLog().length).toBeGreaterThan(opened);
  });
});

describe('kubectl login without an issuer', () => {
  it('renews the session of the current context', async () => {
    await using world = await openWorld(build);
    const id = await logIn(world, provider.issuer, ['--context', 'prod', '--server', 'https://api.example.com']);
    const before = world.credential(id).issuedAt;
    const { exitCode } = await world.run([]);
    expect(exitCode).toBe(0);
    expect(world.credential(id).issuedAt).toBeGreaterThan(before);
  });

  it('says what to do when the current context does not use it', async () => {
    await using world = await openWorld(build);
    const { exitCode, stderr } = await world.run([]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('Name the issuer: kubectl login https://login.example.com');
  });
});
