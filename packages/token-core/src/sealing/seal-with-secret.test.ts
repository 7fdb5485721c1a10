import { Secret } from '@ostiary/primitives';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openWithSecret, sealWithSecret } from './seal-with-secret.ts';

const secret = new Secret('k3v9'.repeat(10));

describe('sealWithSecret', () => {
  it('gives any JSON value back to who has the secret', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (value) => {
        // JSON has no -0: it is the caller's Json that must come back.
        const json = JSON.parse(JSON.stringify(value));
        expect(await openWithSecret(secret, await sealWithSecret(secret, json, 'upstream'), 'upstream')).toEqual(json);
      }),
      { numRuns: 50 },
    );
  });

  it('opens with no other secret and for no other purpose', async () => {
    const sealed = await sealWithSecret(secret, { token: 't' }, 'upstream');
    expect(await openWithSecret(new Secret(`${secret.reveal()}x`), sealed, 'upstream')).toBeUndefined();
    expect(await openWithSecret(secret, sealed, 'upstream2')).toBeUndefined();
    expect(await openWithSecret(secret, sealed, '')).toBeUndefined();
  });

  it('hides the value, and never gives the same text twice', async () => {
    const [one, two] = await Promise.all([1, 2].map(() => sealWithSecret(secret, 'plain', 'p')));
    expect(one).not.toBe(two);
    expect(Buffer.from(one?.split('.')[3] ?? '', 'base64url').toString('latin1')).not.toContain('plain');
  });

  it('answers undefined for anything that was changed or never sealed', async () => {
    const sealed = await sealWithSecret(secret, ['a', 'list'], 'p');
    for (let index = 0; index < sealed.length - 1; index += 1) {
      const changed = sealed.slice(0, index) + (sealed[index] === 'A' ? 'B' : 'A') + sealed.slice(index + 1);
      expect(await openWithSecret(secret, changed, 'p')).toBeUndefined();
    }
    for (const text of ['', '.', '....', 'eyJhbGciOiJkaXIifQ....', '\ud800', `${sealed}.x`]) {
      expect(await openWithSecret(secret, text, 'p')).toBeUndefined();
    }
  });
});
