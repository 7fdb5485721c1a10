import { describe, expect, it } from 'vitest';
import { nodeProblem } from './node-version.ts';

describe('nodeProblem', () => {
  it.each(['22.18.0', '22.20.1', '24.0.0', '26.1.0'])('has nothing to say of %s', (version) => {
    expect(nodeProblem(version)).toBeUndefined();
  });

  it.each(['20.20.2', '22.17.9', '18.0.0'])('says what %s lacks', (version) => {
    expect(nodeProblem(version)).toBe(
      `ostiary: needs Node 22.18 or newer, and this is ${version}. Install a newer one.`,
    );
  });
});
