import { describe, expect, it } from 'vitest';
import { signingKeysKind } from '../keys/key-record.ts';
import { sealingKeysKind } from '../sealing/sealing-keys.ts';

describe.each([
  ['signing', signingKeysKind],
  ['sealing', sealingKeysKind],
])('the stored set of %s keys', (_what, { schema, encode }) => {
  it('is never written empty, and never read so', async () => {
    expect(() => encode([])).toThrow(expect.objectContaining({ code: 'storage/corrupt' }));
    expect(await schema['~standard'].validate({ keys: [] })).toHaveProperty('issues');
  });
});
