import { Secret } from '@ostiary/primitives';
import { expect, it, vi } from 'vitest';
import { firstDecoy } from './password-hash.ts';
import { createPasswordVerifier } from './verifier.ts';

// As if somebody had found a password for the decoy: nobody knows one, so nothing else can show this.
vi.mock('@node-rs/bcrypt', () => ({ verify: async () => true }));

it('lets nobody in without a hash, even with a password that fits the decoy', async () => {
  const verifier = createPasswordVerifier();
  expect(await verifier.verify(new Secret('fits'), undefined)).toBe(false);
  expect(await verifier.verify(new Secret('fits'), firstDecoy)).toBe(true);
});
