import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { execInfo, logIn, openWorld } from './support/plugin.ts';
import { openScene } from './support/scene.ts';

const scene = await openScene();
const { build, provider } = scene;
afterAll(() => scene[Symbol.asyncDispose]());

/** What Node 20.20 does not have, and what it says of itself. */
const oldNode = `
Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } });
delete Promise.withResolvers;
`;
const line = /^error: kubectl login needs Node 22\.18 or newer, and \S+ is 20\.20\.2\. .+\n$/;

describe('a Node that is too old', () => {
  it('is named in one line, with the one that is needed, and nothing else is done', async () => {
    await using world = await openWorld(build);
    const id = await logIn(world, provider.issuer);
    const preload = join(world.home, 'old-node.cjs');
    writeFileSync(preload, oldNode);
    const old = { NODE_OPTIONS: `--require ${preload}` };
    const requests = provider.requests.length;
    for (const args of [[], [provider.issuer], ['status'], ['get-token', `--session=${id}`]]) {
      const { exitCode, stdout, stderr } = await world.run(args, old);
      expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 1, stdout: '', stderr: expect.stringMatching(line) });
    }
    const asked = await world.runAlone(['get-token', `--session=${id}`], { ...old, ...execInfo('v1') });
    expect(asked).toMatchObject({ exitCode: 1, stdout: '', stderr: expect.stringMatching(line) });
    expect(provider.requests.length).toBe(requests);
  });
});
