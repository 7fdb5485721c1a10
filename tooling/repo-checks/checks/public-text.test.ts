import { describe, expect, it } from 'vitest';
import { fixture } from '../test/fixture.ts';
import { publicText } from './public-text.ts';

// Built from parts, so that this file itself holds none of them.
const of = (...parts: readonly string[]): string => parts.join('');
const home = of('/ho', 'me/jane/ostiary');
const key = of('-----BEGIN EC PRI', 'VATE KEY-----');

const check = publicText({
  ofThisMachine: [{ what: 'the registry of this machine', text: 'npm.corp.test' }],
  exceptions: [],
});

const problems = async (path: string, text: string): Promise<readonly string[]> =>
  (await check.run(fixture({ [path]: text }))).map((finding) => `${finding.path}: ${finding.problem}`);

describe('no-registry-hosts-and-no-machine-paths', () => {
  it('accepts text that only looks similar', async () => {
    const text = 'https://example.com/home/jane\n./home/x\nregistry.example.com/ostiary\n-----BEGIN PUBLIC KEY-----\n';
    expect(await problems('docs/a.md', text)).toEqual([]);
  });

  it.each([
    ['the folder of a user', home],
    ['the folder of a user', of('C:\\Us', 'ers\\jane')],
    ['the host of a package registry', of('https://registry.npm', 'js.org/')],
    ['the host of a package proxy', of('https://arti', 'factory.corp.test/npm')],
    ['a private key', key],
    ['a private JSON Web Key', of('"d"', `: "${'x'.repeat(43)}"`)],
    ['an access token', of('gh', `p_${'a'.repeat(36)}`)],
    ['the registry of this machine', 'npm.corp.test'],
  ])('finds %s', async (what, text) => {
    expect(await problems('packages/a/src/a.ts', `\n// ${text}`)).toEqual([
      `packages/a/src/a.ts:2: the line holds ${what}.`,
    ]);
  });

  it('lets the lockfile name no address at all', async () => {
    expect(await problems('pnpm-lock.yaml', 'resolution: {tarball: a.tgz}')).toEqual([
      'pnpm-lock.yaml:1: the line holds an address of a registry.',
    ]);
    expect(await problems('.npmrc', 'registry=https://a.test')).toHaveLength(1);
  });

  it('accepts a demo value that is listed with its reason, and nothing beside it', async () => {
    const listed = publicText({
      ofThisMachine: [],
      exceptions: [{ path: 'a.md', text: 'jane', because: 'the demo user' }],
    });
    expect(await listed.run(fixture({ 'a.md': home }))).toEqual([]);
    expect(await listed.run(fixture({ 'a.md': `${home}\n${key}` }))).toHaveLength(1);
  });

  it('finds an exception that nobody needs any more', async () => {
    const stale = publicText({ ofThisMachine: [], exceptions: [{ path: 'a.md', text: 'jane', because: 'gone' }] });
    const [finding] = await stale.run(fixture({ 'a.md': '' }));
    expect(finding?.problem).toBe('the exception "jane" for a.md matches nothing.');
  });
});
