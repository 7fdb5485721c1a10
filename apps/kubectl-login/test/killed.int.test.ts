import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from '@ostiary/tooling-servers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Build, buildPlugin, execInfo, logIn, openWorld, type World } from './support/plugin.ts';
import { startProvider } from './support/provider.ts';

const saver = fileURLToPath(new URL('support/save.ts', import.meta.url));

let build: Build;
beforeAll(async () => {
  build = await buildPlugin();
});
afterAll(() => build[Symbol.asyncDispose]());

/** Saves a session, killed before one of its steps. @returns false when it got to its end. */
async function saveKilledAt(step: number, { state }: World): Promise<boolean> {
  const args = ['--conditions=@ostiary/source', saver, state, `killed-at-${step}`, String(step)];
  const { exitCode, stderr } = await runCommand({ command: process.execPath, args });
  expect([0, 128], stderr).toContain(exitCode);
  return exitCode !== 0;
}

/** The files of all sessions, and what is in them. */
function filesOf({ state }: World): Map<string, string> {
  const folder = join(state, 'sessions');
  return new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

describe('a process that is killed while it saves a session', () => {
  it('leaves no token that outlives logout --all, whenever it is killed', async () => {
    await using world = await openWorld(build);
    let steps = 1;
    while (await saveKilledAt(steps, world)) steps += 1;
    expect(steps).toBeGreaterThan(12);
    const drafts = [...filesOf(world)].filter(([name, text]) => name.endsWith('.tmp') && text.includes('live-'));
    expect(drafts.length).toBeGreaterThan(3); // else nothing is shown here

    const { exitCode, stderr } = await world.run(['logout', '--all']);
    expect(exitCode, stderr).toBe(0);
    // The lock of a dead process that wrote nothing may stay: the next one takes it over.
    expect([...filesOf(world).keys()].filter((name) => !name.endsWith('.lock'))).toEqual([]);
  });
});

describe('a disk that is full', () => {
  it('is left without drafts', async () => {
    await using provider = await startProvider();
    await using world = await openWorld(build);
    const id = await logIn(world, provider.issuer);
    world.expire(id);
    // No file may grow beyond 0 bytes: writing fails as on a full disk.
    const args = [
      '-c',
      'ulimit -f 0; "$@"; exit $?',
      'sh',
      process.execPath,
      build.main,
      'get-token',
      `--session=${id}`,
    ];
    const { exitCode, stderr } = await runCommand({ command: 'sh', args, env: { ...world.env, ...execInfo('v1') } });
    expect(exitCode).toBe(1);
    expect(stderr).toContain('free some disk space');
    expect([...filesOf(world).keys()].filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});
