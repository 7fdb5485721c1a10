import type { Identity } from '@ostiary/connector-sdk';
import { Secret, silentLogger } from '@ostiary/primitives';
import { createMemoryDriver } from '@ostiary/storage-memory';
import { createSealer } from '@ostiary/token-core';
import { describe, expect, it } from 'vitest';
import { compact, restoreIdentity, storeIdentity } from './stored-identity.ts';

const DAY_MS = 86_400_000;
const person: Identity = {
  userId: 'u',
  username: 'U',
  groups: ['a', 'a'],
  connectorData: new Secret('upstream-token'),
};

async function makeSealer() {
  const clock = { now: Date.UTC(2030, 0, 1) };
  const now = () => new Date(clock.now);
  let counter = 0;
  const random = (length: number) => new Uint8Array(length).map(() => counter++ % 256);
  const sealer = await createSealer({ storage: createMemoryDriver({ now }), deps: { now, random, log: silentLogger } });
  return { sealer, clock };
}

describe('compact', () => {
  it('drops what is undefined at every depth, and keeps everything else', () => {
    const value = {
      a: undefined,
      b: null,
      c: '',
      d: 0,
      e: false,
      f: [{ g: undefined, h: [[1], []] }],
      i: { j: undefined },
    };
    expect(compact(value)).toStrictEqual({ b: null, c: '', d: 0, e: false, f: [{ h: [[1], []] }], i: {} });
  });
});

describe('storeIdentity', () => {
  it('comes back as it went in, groups once each, and hides what the connector keeps', async () => {
    const { sealer } = await makeSealer();
    const stored = await storeIdentity(person, sealer);
    expect(JSON.stringify(stored)).not.toContain('upstream-token');
    const restored = await restoreIdentity(stored, sealer);
    expect({ ...restored, connectorData: restored.connectorData?.reveal() }).toEqual({
      ...{ userId: 'u', username: 'U', groups: ['a'], connectorData: 'upstream-token' },
    });
  });

  it('keeps how and until when somebody logged in', async () => {
    const { sealer } = await makeSealer();
    const authentication = {
      time: new Date('2030-01-01T10:00:00Z'),
      expires: new Date('2030-01-01T18:00:00Z'),
      methods: ['pwd'],
      contextClass: 'urn:x',
    };
    const stored = await storeIdentity({ ...person, authentication, renewable: false }, sealer);
    expect(stored.authentication).toMatchObject({ time: 1_893_492_000, expires: 1_893_520_800 });
    expect((await restoreIdentity(stored, sealer)).authentication).toEqual(authentication);
    expect(await restoreIdentity(stored, sealer)).toHaveProperty('renewable', false);
  });

  it('leaves what has not changed as it is, and seals what has', async () => {
    const { sealer } = await makeSealer();
    const stored = await storeIdentity(person, sealer);
    const known = { identity: await restoreIdentity(stored, sealer), stored };
    expect((await storeIdentity(person, sealer, known)).connectorData).toBe(stored.connectorData);
    const changed = await storeIdentity({ ...person, connectorData: new Secret('another') }, sealer, known);
    expect((await restoreIdentity(changed, sealer)).connectorData?.reveal()).toBe('another');
    const { connectorData: _gone, ...without } = person;
    expect((await storeIdentity(without, sealer, known)).connectorData).toBeUndefined();
  });

  it('seals again when the key it was sealed with has been replaced', async () => {
    const { sealer, clock } = await makeSealer();
    const stored = await storeIdentity(person, sealer);
    for (let day = 0; day < 40; day += 1) {
      clock.now += DAY_MS;
      await sealer.refresh();
    }
    const known = { identity: await restoreIdentity(stored, sealer), stored };
    const again = await storeIdentity(person, sealer, known);
    expect(again.connectorData).not.toBe(stored.connectorData);
    expect((await restoreIdentity(again, sealer)).connectorData?.reveal()).toBe('upstream-token');
  });
});
