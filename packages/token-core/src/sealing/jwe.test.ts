import { CompactEncrypt } from 'jose';
import { describe, expect, it } from 'vitest';
import { decrypt, encrypt } from './jwe.ts';

const key = new Uint8Array(32).fill(7);
const bytes = new TextEncoder().encode('text');

describe('decrypt', () => {
  it('gives the text back, a long one too', async () => {
    const text = 'x'.repeat(700_000);
    expect(await decrypt(await encrypt(text, key), key)).toBe(text);
  });

  it('does not look at what is longer than anything we seal, although the key fits', async () => {
    const sealed = await encrypt('x'.repeat(760_000), key);
    expect(sealed.length).toBeGreaterThan(1_000_000);
    expect(await decrypt(sealed, key)).toBeUndefined();
  });

  // Each would open with our very key, if it were tried.
  it.each([
    ['A256KW', 'A256GCM'],
    ['A256GCMKW', 'A256GCM'],
    ['dir', 'A128CBC-HS256'],
  ])('takes nothing that was encrypted with %s and %s', async (alg, enc) => {
    const sealed = await new CompactEncrypt(bytes).setProtectedHeader({ alg, enc }).encrypt(key);
    expect(await decrypt(sealed, key)).toBeUndefined();
  });
});
