import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { execInfo, logIn, openWorld, type World } from './support/plugin.ts';
import { openScene } from './support/scene.ts';

const scene = await openScene();
const { build, provider } = scene;
afterAll(() => scene[Symbol.asyncDispose]());

/** Logs in for a context, as this person in the browser. */
async function logInFor(world: World, context: string, name: string): Promise<void> {
  const where = ['--context', context, '--server', `https://${context}.example`];
  const args = [provider.issuer, ...where, '--login-hint', `${name}@example.com`];
  const { exitCode, stderr } = await world.run(args, { BROWSER_USER: name });
  expect(exitCode, stderr).toBe(0);
}

/** The person as whom a context acts. */
async function userOf(world: World, context: string): Promise<string> {
  const { contexts, users } = parse(readFileSync(world.kubeconfig, 'utf8'));
  const named = <T extends { name: string }>(entries: readonly T[], name: string): T | undefined =>
    entries.find((entry) => entry.name === name);
  const user = named<{ name: string; context: { user: string } }>(contexts, context)?.context.user ?? '';
  const exec = named<{ name: string; user: { exec: { args: string[] } } }>(users, user)?.user.exec.args ?? [];
  const { stdout } = await world.runAlone(exec, execInfo('v1'));
  const [, payload = ''] = JSON.parse(stdout).status.token.split('.');
  return JSON.parse(Buffer.from(payload, 'base64url').toString()).sub;
}

describe('two people at one issuer', () => {
  it('have a session each, told apart by --login-hint', async () => {
    await using world = await openWorld(build);
    await logInFor(world, 'dev', 'jane');
    await logInFor(world, 'prod', 'admin');
    expect([await userOf(world, 'dev'), await userOf(world, 'prod')]).toEqual(['jane', 'admin']);

    const opened = world.browserLog();
    await logInFor(world, 'test', 'jane'); // her login is still good
    expect(world.browserLog()).toEqual(opened);
    expect(await userOf(world, 'test')).toBe('jane');
  });

  it('keep their sessions: a renewal for another person is refused', async () => {
    await using world = await openWorld(build);
    await logInFor(world, 'dev', 'jane');
    const opened = world.browserLog();
    const { exitCode, stderr } = await world.run(['--login-hint', 'admin@example.com']);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('was made with --login-hint jane@example.com');
    expect(stderr).toContain(`kubectl login ${provider.issuer} --login-hint admin@example.com --context NAME`);
    expect(world.browserLog()).toEqual(opened);
  });

  it('may hand a session over by hand, which is said', async () => {
    await using world = await openWorld(build);
    const id = await logIn(world, provider.issuer);
    const { exitCode, stderr } = await world.run([`--session=${id}`], { BROWSER_USER: 'admin' });
    expect(exitCode).toBe(0);
    expect(stderr).toContain('was that of jane, and is now that of admin: contexts bound to it now act as admin.');
  });

  it('are not mixed up by a login that kubectl began', async () => {
    await using world = await openWorld(build);
    const id = await logIn(world, provider.issuer);
    world.expire(id);
    await provider.revokeAll();
    const env = { ...execInfo('v1', true), BROWSER_USER: 'admin' };
    const { exitCode, stdout, stderr } = await world.runAlone(['get-token', `--session=${id}`], env);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toContain(`Session ${id} is that of jane, but admin logged in. Nothing was changed.`);
    expect(world.session(id).subject).toBe('jane');
    await expect.poll(() => world.browserLog().at(-1)).toMatch(/^callback 400 .*The login did not succeed/);
  });
});
