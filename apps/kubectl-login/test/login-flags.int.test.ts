import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createAuthority } from '@ostiary/tooling-servers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Build, buildPlugin, logIn, openWorld } from './support/plugin.ts';
import { startProvider } from './support/provider.ts';

let build: Build;
beforeAll(async () => {
  build = await buildPlugin();
});
afterAll(() => build[Symbol.asyncDispose]());

describe('a flag that would have no effect', () => {
  it('is refused before anybody is asked', async () => {
    await using provider = await startProvider();
    await using world = await openWorld(build);
    const id = await logIn(world, provider.issuer);
    const [opened, asked] = [world.browserLog(), provider.requests.length];
    for (const [flag, value] of [
      ['--client-id', 'other'],
      ['--scope', 'email'],
      ['--connector-id', 'ldap'],
    ] as const) {
      const { exitCode, stderr } = await world.run([`--session=${id}`, flag, value]);
      expect(exitCode).toBe(1);
      expect(stderr).toContain(`Session ${id} stays as it is: ${flag} makes another one.`);
      expect(stderr).toContain(`kubectl login ${provider.issuer} ${flag} ${value} --context NAME`);
    }
    const both = await world.run([provider.issuer, `--session=${id}`]);
    expect(both.exitCode).toBe(1);
    expect(both.stderr).toContain('An issuer is for a new login, and --session for the renewal of an old one.');
    expect([world.browserLog(), provider.requests.length]).toEqual([opened, asked]);
  });
});

describe('an issuer with a private certificate authority', () => {
  it('needs it once: the next login takes it from the session', async () => {
    await using authority = await createAuthority();
    const { certificate: cert, key } = await authority.issue();
    await using provider = await startProvider({ tls: { cert, key } });
    await using world = await openWorld(build);
    const ca = join(world.home, 'ca.pem');
    writeFileSync(ca, authority.ca);
    await logIn(world, provider.issuer, [
      '--certificate-authority',
      ca,
      '--context',
      'a',
      '--server',
      'https://a.example',
    ]);

    const opened = world.browserLog();
    const second = await world.run([`${provider.issuer}/`, '--context', 'b', '--server', 'https://b.example']);
    expect(second.exitCode, second.stderr).toBe(0);
    expect(world.browserLog()).toEqual(opened); // the login is still good, for it is the same session
    const other = await world.run([
      provider.issuer,
      '--login-hint',
      'admin',
      '--context',
      'c',
      '--server',
      'https://c.example',
    ]);
    expect(other.exitCode, other.stderr).toBe(0);
  });
});
