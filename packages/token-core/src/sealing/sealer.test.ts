import fc from 'fast-check';
import { CompactEncrypt } from 'jose';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { testTime, watched, world } from '../../test/support.ts';
import { createSealer } from './sealer.ts';
import type { SealingPolicy } from './sealing-keys.ts';

const DAY = 86_400;
const purpose = 'login';

afterEach(() => vi.restoreAllMocks());

async function setUp() {
  const at = world();
  const storage = watched(at.storage);
  return { ...at, storage, sealer: await createSealer({ storage, deps: at.deps }) };
}

describe('a sealer', () => {
  it('gives back what was sealed, null and empty values too', async () => {
    const { sealer } = await setUp();
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), fc.string({ unit: 'binary' }), async (value, name) => {
        const json = JSON.parse(JSON.stringify(value));
        expect(await sealer.open(await sealer.seal(json, { purpose: name }), { purpose: name })).toEqual(json);
      }),
      { numRuns: 50 },
    );
    expect(await sealer.open(await sealer.seal(null, { purpose }), { purpose })).toBeNull();
  });

  it('binds a value to its purpose', async () => {
    const { sealer } = await setUp();
    const sealed = await sealer.seal({ user: 'a' }, { purpose });
    expect(await sealer.open(sealed, { purpose: 'session' })).toBeUndefined();
    expect(await sealer.open(sealed, { purpose: '' })).toBeUndefined();
  });

  it('opens a value until the second it expires at', async () => {
    const { sealer, time } = await setUp();
    const sealed = await sealer.seal('v', { purpose, expiresAt: new Date(time.now().getTime() + 600_000) });
    time.advance(599);
    expect(await sealer.open(sealed, { purpose })).toBe('v');
    time.advance(1);
    expect(await sealer.open(sealed, { purpose })).toBeUndefined();
  });

  it('lets nothing outlive the key it was sealed with', async () => {
    const at = world();
    const sealer = await createSealer({ ...at, policy: { rotationPeriod: DAY, keepFor: 10 * DAY } });
    const far = new Date(at.time.now().getTime() + 1000 * DAY * 1000);
    const sealed = [await sealer.seal('v', { purpose }), await sealer.seal('v', { purpose, expiresAt: far })];
    const opened = () => Promise.all(sealed.map((one) => sealer.open(one, { purpose })));
    at.time.advance(10 * DAY - 1);
    await sealer.refresh();
    expect(await opened()).toEqual(['v', 'v']);
    at.time.advance(1);
    expect(await opened()).toEqual([undefined, undefined]);
  });

  it('writes URL-safe text and adds as much as it says', async () => {
    const { sealer } = await setUp();
    const sealed = await sealer.seal('x'.repeat(297), { purpose: 'pp' });
    expect(sealed).toMatch(/^[\w.-]+$/);
    const content = JSON.stringify('x'.repeat(297)).length + 'pp'.length;
    expect(sealed.length - Math.ceil((content * 4) / 3)).toBeLessThanOrEqual(130);
    expect(sealed.length - Math.ceil((content * 4) / 3)).toBeGreaterThanOrEqual(125);
  });

  it('needs no storage and no new key import to seal and open', async () => {
    const { sealer, storage } = await setUp();
    await sealer.seal(1, { purpose });
    const calls = { ...storage.calls };
    const imports = vi.spyOn(globalThis.crypto.subtle, 'importKey');
    expect(await sealer.open(await sealer.seal(1, { purpose }), { purpose })).toBe(1);
    expect(storage.calls).toEqual(calls);
    expect(imports).not.toHaveBeenCalled();
  });
});

describe('hostile input to open', () => {
  it('gives undefined for every changed character', async () => {
    const { sealer } = await setUp();
    const bytesOf = (text: string) => text.split('.').map((part) => Buffer.from(part, 'base64url').toString('hex'));
    for (const value of [{ a: [1, 2] }, { a: [1, 23] }, { a: [1, 234] }]) {
      const sealed = await sealer.seal(value, { purpose });
      for (let index = 0; index < sealed.length; index += 1) {
        const changed = sealed.slice(0, index) + (sealed[index] === 'A' ? 'B' : 'A') + sealed.slice(index + 1);
        // The last sign of a part has bits that belong to no byte: other signs may mean the same.
        const isSame = bytesOf(changed).join('.') === bytesOf(sealed).join('.');
        expect(await sealer.open(changed, { purpose })).toEqual(isSame ? value : undefined);
      }
    }
  });

  it('gives undefined for any text', async () => {
    const { sealer } = await setUp();
    const header = fc.json().map((text) => Buffer.from(text).toString('base64url'));
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      header.map((part) => `${part}....`),
      header,
    );
    await fc.assert(fc.asyncProperty(text, async (one) => (await sealer.open(one, { purpose })) === undefined));
    expect(await sealer.open('A'.repeat(2_000_000), { purpose })).toBeUndefined();
    expect(await sealer.open(undefined as never, { purpose })).toBeUndefined();
  });

  it('uses no algorithm but its own, even with the right key id', async () => {
    const { sealer } = await setUp();
    const sealed = await sealer.seal('v', { purpose });
    const { kid } = JSON.parse(Buffer.from(sealed.split('.')[0] ?? '', 'base64url').toString());
    const password = new TextEncoder().encode('guess');
    const forged = await new CompactEncrypt(password)
      .setProtectedHeader({ alg: 'PBES2-HS256+A128KW', enc: 'A256GCM', kid })
      .setKeyManagementParameters({ p2c: 1000 })
      .encrypt(password);
    const derive = vi.spyOn(globalThis.crypto.subtle, 'deriveBits');
    expect(await sealer.open(forged, { purpose })).toBeUndefined();
    expect(derive).not.toHaveBeenCalled();
  });

  it('cannot make the storage be asked often', async () => {
    const { sealer, storage, time } = await setUp();
    const header = Buffer.from('{"alg":"dir","enc":"A256GCM","kid":"x"}').toString('base64url');
    time.advance(5);
    const before = storage.calls.get;
    for (let round = 0; round < 20; round += 1) await sealer.open(`${header}..AAAA.AAAA.AAAA`, { purpose });
    expect(storage.calls.get - before).toBe(1);
  });
});

describe('sealing keys', () => {
  it('are the same on replicas that start together', async () => {
    const at = world();
    const sealers = await Promise.all(Array.from({ length: 4 }, () => createSealer(at)));
    const sealed = await sealers[0]?.seal('v', { purpose });
    for (const sealer of sealers) expect(await sealer.open(sealed ?? '', { purpose })).toBe('v');
  });

  it('change after their period, after every replica had the time to learn of the new one', async () => {
    const at = world();
    const kidOf = (sealed: string) => JSON.parse(Buffer.from(sealed.split('.')[0] ?? '', 'base64url').toString()).kid;
    const [one, two] = [await createSealer(at), await createSealer(at)];
    const old = await one.seal('old', { purpose });
    at.time.advance(30 * DAY);
    await one.refresh();
    expect(kidOf(await one.seal('v', { purpose }))).toBe(kidOf(old));
    at.time.advance(120);
    const fresh = await one.seal('new', { purpose });
    expect(kidOf(fresh)).not.toBe(kidOf(old));
    expect(await two.open(fresh, { purpose })).toBe('new');
    expect(await two.open(old, { purpose })).toBe('old');
  });

  it('open what they sealed last until its end, and know what a newer one would seal', async () => {
    const at = world();
    const sealer = await createSealer({ ...at, policy: { rotationPeriod: DAY, keepFor: 10 * DAY } });
    at.time.advance(DAY - 120);
    await sealer.refresh();
    at.time.advance(119);
    const sealed = await sealer.seal('v', { purpose });
    expect(sealer.isCurrent(sealed)).toBe(true);
    at.time.advance(1);
    expect(sealer.isCurrent(sealed)).toBe(false);
    expect(sealer.isCurrent('x')).toBe(false);
    for (const seconds of [DAY, 9 * DAY - 2]) {
      at.time.advance(seconds);
      await sealer.refresh();
      expect(await sealer.open(sealed, { purpose })).toBe('v');
    }
    expect(at.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('seal nothing for a clock from before they were made', async () => {
    const at = world();
    await createSealer(at);
    const early = testTime(at.time.now().getTime() - 120_000);
    const sealer = await createSealer({ ...at, deps: { ...at.deps, now: early.now } });
    await expect(sealer.seal('v', { purpose })).rejects.toMatchObject({ code: 'keys/unavailable' });
  });

  it('are there for a replica with a late clock', async () => {
    const at = world();
    const first = await createSealer(at);
    const late = testTime(at.time.now().getTime() - 50_000);
    const second = await createSealer({ ...at, deps: { ...at.deps, now: late.now } });
    expect(await first.open(await second.seal('v', { purpose }), { purpose })).toBe('v');
  });

  it('outlast an outage of the storage', async () => {
    const { sealer, storage, time, lines } = await setUp();
    storage.down = true;
    time.advance(40 * DAY);
    await sealer.refresh();
    expect(lines.at(-1)).toMatchObject({ level: 'error', event: 'sealing_keys.refresh_failed' });
    expect(await sealer.open(await sealer.seal('v', { purpose }), { purpose })).toBe('v');
  });

  it.each([0, -1, 1.5, Number.NaN])('refuse a period of %s', async (rotationPeriod) => {
    await expect(createSealer({ ...world(), policy: { rotationPeriod, keepFor: 1 } })).rejects.toMatchObject({
      code: 'config/invalid',
    });
  });

  it('refuse a policy without one of its times, and store nothing then', async () => {
    const at = world();
    const policy = { rotationPeriod: DAY } as SealingPolicy;
    await expect(createSealer({ ...at, policy })).rejects.toThrow('keepFor');
    expect(await at.storage.get(['sealing-keys', 'current'])).toBeUndefined();
  });
});

it('stops at a stored sealing key that is none', async () => {
  const at = world();
  await createSealer(at);
  const stored = await at.storage.get(['sealing-keys', 'current']);
  const broken = JSON.parse(JSON.stringify(stored?.value).replace(/"k":"[^"]*"/, '"k":"AAAA"'));
  await at.storage.put(['sealing-keys', 'current'], broken, { ifVersion: 'any' });
  await expect(createSealer(at)).rejects.toMatchObject({ code: 'storage/corrupt' });
});
