import { afterAll, describe, expect, it } from 'vitest';
import { execInfo, openWorld, type World } from './support/plugin.ts';
import { openScene } from './support/scene.ts';
import { shownCode, typeCode } from './support/type-code.ts';

const scene = await openScene();
const { build, provider } = scene;
afterAll(() => scene[Symbol.asyncDispose]());

/** Runs a command that shows a code, and types it. */
async function withCode(world: World, args: readonly string[], env = {}): Promise<string> {
  const running = await world.start(args, env);
  await running.untilReady(() => shownCode(running.log()) !== undefined, 20_000);
  const { address = '', userCode = '' } = shownCode(running.log()) ?? {};
  expect(address).toBe(`${provider.issuer}/device`);
  expect(await typeCode(address, userCode, 'jane')).toContain('Sign-in Success');
  expect(await running.exited).toMatchObject({ code: 0 });
  return running.log();
}

const idOf = (world: World): Promise<string> =>
  world.run(['status', '-o', 'json']).then(({ stdout }) => JSON.parse(stdout).sessions[0].session);

describe('kubectl login --device', () => {
  it('logs in with a code that is typed elsewhere, opens no browser, and answers kubectl', async () => {
    await using world = await openWorld(build);
    const log = await withCode(world, [provider.issuer, '--device']);
    expect(log).toContain(`Logged in to ${provider.issuer} as jane.`);
    expect(world.browserLog()).toEqual([]);
    const id = await idOf(world);
    expect(world.session(id)).toMatchObject({ byDevice: true, user: 'jane' });
    const token = await world.run(['get-token', `--session=${id}`], execInfo('v1'));
    expect(token).toMatchObject({ exitCode: 0, stderr: '' });
  });

  it('is remembered: a login that kubectl brings about shows a code again', async () => {
    await using world = await openWorld(build);
    await withCode(world, [provider.issuer, '--device']);
    const id = await idOf(world);
    await provider.revokeAll();
    world.expire(id);
    const log = await withCode(world, ['get-token', `--session=${id}`], execInfo('v1', true));
    expect(log).toContain(`Your session at ${provider.issuer} is over.`);
    expect(world.browserLog()).toEqual([]);
    expect(world.session(id)).toMatchObject({ byDevice: true });
  });

  it('is remembered by a renewal, until it is done by browser', async () => {
    await using world = await openWorld(build);
    await withCode(world, [provider.issuer, '--device']);
    const id = await idOf(world);
    await withCode(world, [`--session=${id}`]);
    expect(await world.run([`--session=${id}`, '--no-device'])).toMatchObject({ exitCode: 0 });
    expect(world.browserLog().at(-1)).toContain('You are signed in');
    expect(world.session(id)).not.toHaveProperty('byDevice');
  });

  it.each([
    ['--connector-id', 'ldap'],
    ['--prompt', 'login'],
    ['--callback-path', '/cb'],
    ['--browser-command', 'x'],
  ])('refuses %s, which would have no effect', async (flag, value) => {
    await using world = await openWorld(build);
    const { exitCode, stderr } = await world.run([provider.issuer, '--device', flag, value]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`${flag} has no effect on a login with a code.`);
  });
});

describe('kubectl login over SSH', () => {
  const overSsh = { SSH_CONNECTION: '192.0.2.1 1 192.0.2.2 22' };

  it('takes a code besides the browser, and is over when one of them is typed', async () => {
    await using world = await openWorld(build);
    const log = await withCode(world, [provider.issuer, '--skip-open-browser'], overSsh);
    expect(log).toContain('There, first: ssh -L ');
    expect(log).toContain('Or log in, with any browser, at: ');
    expect(log).toContain(`Logged in to ${provider.issuer} as jane.`);
    expect(world.session(await idOf(world))).not.toHaveProperty('byDevice');
  });

  it('is over as soon when the browser comes back', async () => {
    await using world = await openWorld(build);
    const { exitCode, stderr } = await world.run([provider.issuer], overSsh);
    expect(exitCode, stderr).toBe(0);
    expect(stderr).toContain(`Logged in to ${provider.issuer} as jane.`);
    expect(world.browserLog().at(-1)).toContain('You are signed in');
  });

  it.each([['--no-device'], ['--prompt', 'consent']])('has no code with %s', async (...flags) => {
    await using world = await openWorld(build);
    const { stderr } = await world.run([provider.issuer, ...flags], overSsh);
    expect(stderr).not.toContain('with the code');
    expect(stderr).toContain('There, first: ssh -L ');
  });
});
