import { getCACertificates } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { createTrustRoots } from './trust-roots.ts';

const added = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';
const [known, system] = [getCACertificates('default'), getCACertificates('system')];

describe('the roots that are trusted', () => {
  it('are first those of Node, untouched, which is fast', () => {
    expect(createTrustRoots(undefined).first()).toBeUndefined();
  });

  it('are first those of Node and what the person added', () => {
    expect(known.length).toBeGreaterThan(0);
    expect(createTrustRoots(added).first()).toEqual([...known, added]);
  });

  it('are at last those of the system as well', () => {
    expect(createTrustRoots(undefined).all()).toEqual([...known, ...system]);
    expect(createTrustRoots(added).all()).toEqual([...known, ...system, added]);
  });
});
