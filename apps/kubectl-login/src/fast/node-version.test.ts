import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { NEEDED_NODE, nodeProblem } from './node-version.ts';

describe('the Node that runs the program', () => {
  it.each(['22.18.0', '22.20.1', '24.0.0', '26.1.0'])('will do when it is %s', (version) => {
    expect(nodeProblem(version, '/usr/bin/node')).toBeUndefined();
  });

  it.each(['18.19.1', '20.20.2', '22.17.9'])(
    'is too old when it is %s, and the line says which is needed',
    (version) => {
      expect(nodeProblem(version, '/usr/bin/node')).toBe(
        `error: kubectl login needs Node 22.18 or newer, and /usr/bin/node is ${version}. Install a newer one, first on the PATH.`,
      );
    },
  );

  it('must be the one that package.json asks for', () => {
    const { engines } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    expect(engines.node).toBe(`>=${NEEDED_NODE.major}.${NEEDED_NODE.minor}`);
  });
});
