import { isJsonObject, type Json } from '@ostiary/primitives';
import type { RecordKind } from '@ostiary/storage-sdk';
import { checkGoldenRecords } from '@ostiary/storage-sdk/conformance';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

interface User {
  readonly name: string;
}

const user: RecordKind<User> = {
  kind: 'user',
  version: 2,
  schema: z.object({ name: z.string() }),
  encode: ({ name }) => ({ name }),
  upgrades: { 1: (name) => ({ name }) },
};
const first = { stored: { v: 1, d: 'jane' }, value: { name: 'jane' } };
const second = { stored: { v: 2, d: { name: 'jane' } }, value: { name: 'jane' } };

describe('checkGoldenRecords', () => {
  it('finds nothing when all forms are read and the last one is written', () => {
    expect(checkGoldenRecords(user, [first, second])).toEqual([]);
  });

  it('asks for a golden record of the present version', () => {
    expect(checkGoldenRecords(user, [first])).toEqual(['user: no golden record is what version 2 writes now']);
  });

  it('asks for a golden record of every version before', () => {
    const third = { ...user, version: 3, upgrades: { 1: user.upgrades?.[1] ?? String, 2: (old: Json): Json => old } };
    const now = { stored: { v: 3, d: { name: 'jane' } }, value: { name: 'jane' } };
    expect(checkGoldenRecords(third, [now])).toEqual([
      'user: there is no golden record of version 1',
      'user: there is no golden record of version 2',
    ]);
    expect(checkGoldenRecords(third, [second, now], { oldest: 2 })).toEqual([]);
    expect(checkGoldenRecords(third, [now], { oldest: 3 })).toEqual([]);
  });

  it('sees that the form was changed without a new version', () => {
    const changed = { ...user, encode: ({ name }: User): Json => ({ name, added: true }) };
    expect(checkGoldenRecords(changed, [first, second])).toEqual([
      'user: no golden record is what version 2 writes now',
    ]);
  });

  it('sees that an older form is no longer read', () => {
    const { upgrades: _, ...forgetful } = user;
    expect(checkGoldenRecords(forgetful, [first, second])).toEqual([expect.stringContaining('golden record 0')]);
  });

  it('sees that an older form is read as something else', () => {
    const wrong = { ...user, upgrades: { 1: (old: Json): Json => (isJsonObject(old) ? old : { name: 'x' }) } };
    expect(checkGoldenRecords(wrong, [first, second])).toEqual(['user, golden record 0: is read as another value']);
  });
});
