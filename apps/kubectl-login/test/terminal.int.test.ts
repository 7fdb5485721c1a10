import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openWorld } from './support/plugin.ts';
import { openScene } from './support/scene.ts';

const scene = await openScene();
const { build, provider } = scene;
afterAll(() => scene[Symbol.asyncDispose]());

describe('what a person at a terminal is told', () => {
  it('is the version, when asked', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
    await using world = await openWorld(build);
    expect(await world.run(['--version'])).toMatchObject({ exitCode: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('is a command that a shell takes as it is meant', async () => {
    await using world = await openWorld(build);
    await world.run([provider.issuer, '--context', 'first', '--server', 'https://a.example']);
    const { stderr } = await world.run([provider.issuer, '--context', "my prod's", '--server', 'https://b.example']);
    expect(stderr).toContain(`Next: kubectl config use-context 'my prod'\\''s'\n`);
  });

  it('is a command for the kubeconfig that was named', async () => {
    await using world = await openWorld(build);
    const file = join(world.home, 'my config');
    writeFileSync(file, '');
    const at = ['--kubeconfig', file];
    const bare = await world.run([provider.issuer, ...at]);
    expect(bare.stderr).toMatch(/Next: kubectl login --session=\S+ --kubeconfig '.+\/my config' --context NAME /);
    const first = await world.run([provider.issuer, ...at, '--context', 'a', '--server', 'https://a.example']);
    expect(first.stderr).toContain(`Next: kubectl get pods --kubeconfig '${file}'\n`);
    const second = await world.run([provider.issuer, ...at, '--context', 'b', '--cluster', 'a.example']);
    expect(second.stderr).toContain(`Next: kubectl config use-context b --kubeconfig '${file}'\n`);
  });

  it('cannot steer the terminal, whatever names a kubeconfig has', async () => {
    await using world = await openWorld(build);
    const user = String.raw`"old\e[31m\nwould nothing"`;
    writeFileSync(world.kubeconfig, `contexts: [{ name: a, context: { cluster: a, user: ${user} } }]\n`);
    const { stdout, exitCode } = await world.run([provider.issuer, '--context', 'a', '--dry-run']);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('would change context "a"');
    expect(stdout).toContain('user "old would nothing" -> ');
    expect(stdout).not.toContain('\u001b');
  });

  it('is how the browser of another machine comes back, over SSH', async () => {
    await using world = await openWorld(build);
    const args = [provider.issuer, '--skip-open-browser', '--timeout', '1'];
    const { stderr } = await world.run(args, { SSH_CONNECTION: '192.0.2.1 50000 192.0.2.2 22' });
    const port = /redirect_uri=http%3A%2F%2F127\.0\.0\.1%3A(\d+)%2F/.exec(stderr)?.[1];
    expect(port).toBeDefined();
    expect(stderr).toContain(`There, first: ssh -L ${port}:127.0.0.1:${port} HOST`);
    expect((await world.run(args)).stderr).not.toContain('ssh');
  });
});

describe('the port that browsers leave out', () => {
  it('can be listened on', async (context) => {
    await using world = await openWorld(build);
    const login = await world.run([provider.issuer, '--listen-address', '127.11.12.13:80']);
    const denied = /Cannot listen on 127\.11\.12\.13:80 \(E\w+\)/.exec(login.stderr)?.[0];
    if (denied !== undefined) context.skip(denied);
    expect(login, login.stderr).toMatchObject({ exitCode: 0 });
    expect(world.browserLog().at(-1)).toMatch(/^callback 200 /);
  });
});
