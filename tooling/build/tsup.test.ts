import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { definePackage } from './tsup.ts';

const primitives = join(import.meta.dirname, '../../packages/primitives');

describe('definePackage', () => {
  it('builds declarations, but not when only programs are to run', () => {
    expect(definePackage(primitives, {})).toMatchObject({ dts: true });
    expect(definePackage(primitives, { OSTIARY_BUILD: 'programs' })).toMatchObject({ dts: false });
  });
});
