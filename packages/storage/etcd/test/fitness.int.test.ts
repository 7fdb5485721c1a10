import { etcdStorage } from '@ostiary/storage-etcd';
import type { Key, StorageDriver } from '@ostiary/storage-sdk';
import { type EtcdServer, freePort, startEtcd } from '@ostiary/tooling-servers';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { configOf, deps, noEtcd, optionsOf } from './support.ts';

const key: Key = ['a', 'b'];
const refused = (words: string) => ({ code: 'config/invalid', message: expect.stringContaining(words) });
const open = async (options: object, log = deps.log): Promise<StorageDriver> =>
  etcdStorage.open(await configOf({ ...options }), { ...deps, log });
const withoutUser = ({ url }: EtcdServer) => ({ endpoints: [url] });

describe('no etcd', () => {
  it.each(['127.0.0.1', 'localhost'])(
    'at the address, or under a name with several, %s: the error says so',
    async (host) => {
      const port = await freePort();
      await expect(open({ endpoints: [`http://${host}:${port}`] })).rejects.toMatchObject({
        code: 'storage/unavailable',
        message: expect.stringMatching(/etcd at \S+ cannot be used: connect ECONNREFUSED/u),
      });
    },
  );
});

describe.skipIf(noEtcd !== undefined)('etcd with users', () => {
  let server: EtcdServer;
  beforeAll(async () => {
    server = await startEtcd({ prefix: 'dex/ostiary/' });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  it('is enough with the role that is documented', async () => {
    await using storage = await open({ ...optionsOf(server), namespace: 'dex/' });
    const expiresAt = new Date(Date.now() - 1);
    expect((await storage.put(key, 1, { ifVersion: 'absent', expiresAt })).written).toBe(true);
    expect(await storage.sweep({ limit: 5 })).toEqual({ removed: 1, more: false });
    expect((await storage.put(key, 2, { ifVersion: 'any' })).written).toBe(true);
    expect((await storage.scan({ prefix: [], limit: 10 })).keys).toEqual([key]);
    expect((await storage.take(key))?.value).toBe(2);
  });

  it('writes nothing when it is tried', async () => {
    const before = await server.ask('kv/range', { key: btoa('x') });
    await (await open({ ...optionsOf(server), namespace: 'dex/' }))[Symbol.asyncDispose]();
    expect(await server.ask('kv/range', { key: btoa('x') })).toEqual(before);
  });

  it.each([
    [{ password: 'wrong' }, 'refuses this username and password'],
    [{ username: 'nobody' }, 'refuses this username and password'],
    [{ username: undefined, password: undefined }, 'wants a user. Set username and password'],
    [{ namespace: '' }, "Run: etcdctl role grant-permission ROLE --prefix=true readwrite 'ostiary/'"],
  ])('is told at the start: %j', async (options, words) => {
    const given = { ...optionsOf(server), namespace: 'dex/', ...options };
    const written = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
    await expect(open(written)).rejects.toMatchObject(refused(words));
  });

  it('that gives the right to read only is told at the start', async () => {
    const perm = { permType: 'READ', key: btoa('ro/'), range_end: btoa('ro0') };
    await server.ask('auth/role/grant', { name: 'records', perm });
    await expect(open({ ...optionsOf(server), namespace: 'ro/' })).rejects.toMatchObject(
      refused('does not let this user'),
    );
  });

  it('whose users are changed goes on, and that takes the right away is an outage, which is said once', async () => {
    const [warn, info] = [vi.fn(), vi.fn()];
    await using storage = await open({ ...optionsOf(server), namespace: 'dex/' }, { ...deps.log, warn, info });
    await storage.put(key, 1, { ifVersion: 'any' });
    await server.ask('auth/role/add', { name: 'another' });
    expect((await storage.get(key))?.value).toBe(1);
    const right = { key: btoa('dex/ostiary/'), range_end: btoa('dex/ostiary0') };
    await server.ask('auth/role/revoke', { role: 'records', ...right });
    for (let round = 0; round < 3; round += 1) {
      await expect(storage.get(key)).rejects.toMatchObject({
        code: 'storage/unavailable',
        detail: { status: 403, reason: 'etcdserver: permission denied' },
      });
    }
    expect(warn).toHaveBeenCalledOnce();
    await server.ask('auth/role/grant', { name: 'records', perm: { permType: 'READWRITE', ...right } });
    expect((await storage.take(key))?.value).toBe(1);
    expect(info).toHaveBeenCalledExactlyOnceWith('etcd.connection_recovered', { failures: 3 });
  });
});

describe.skipIf(noEtcd !== undefined)('etcd', () => {
  let server: EtcdServer;
  beforeAll(async () => {
    server = await startEtcd();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  it('that asks nobody for a password is told at the start where one is given', async () => {
    await expect(open(optionsOf(server))).rejects.toMatchObject(refused('asks nobody for a password'));
  });

  it('without a gateway is told at the start', async () => {
    await using other = await startEtcd({ settings: ['enable-grpc-gateway=false'] });
    await expect(open(withoutUser(other))).rejects.toMatchObject(refused('has no JSON gateway'));
  });

  it('keeps a megabyte of any letters', async () => {
    await using storage = await open(withoutUser(server));
    for (const letter of ['<', '"', '\\', 'é', '\u0000']) {
      const bytes = Buffer.byteLength(JSON.stringify(letter)) - 2;
      const value = letter.repeat(Math.floor((1024 * 1024 - 2) / bytes));
      expect((await storage.put(['k', 'x'.repeat(1_900)], value, { ifVersion: 'any' })).written).toBe(true);
      expect((await storage.get(['k', 'x'.repeat(1_900)]))?.value === value).toBe(true);
      expect((await storage.take(['k', 'x'.repeat(1_900)]))?.value === value).toBe(true);
    }
  });

  it('leaves the keys of others alone, and those of another namespace', async () => {
    await server.ask('kv/put', { key: btoa('dex/client/a'), value: btoa('{}') });
    await using storage = await open({ ...withoutUser(server), namespace: 'dex/' });
    await using other = await open({ ...withoutUser(server), namespace: 'dex2/' });
    await storage.put(key, 1, { ifVersion: 'absent' });
    expect((await other.put(key, 2, { ifVersion: 'absent' })).written).toBe(true);
    expect((await storage.scan({ prefix: [], limit: 10 })).keys).toEqual([key]);
    await other.take(key);
    expect((await storage.take(key))?.value).toBe(1);
    expect(await server.ask('kv/range', { key: btoa('dex/client/a') })).toMatchObject({ count: '1' });
  });

  it('leaves no key behind when records were replaced, taken and swept', async () => {
    await using storage = await open({ ...withoutUser(server), namespace: 'clean/' });
    const later = (minutes: number): Date => new Date(Date.now() + minutes * 60_000);
    const first = await storage.put(key, 1, { ifVersion: 'absent', expiresAt: later(1) });
    await storage.put(key, 2, { ifVersion: first.written ? first.version : '', expiresAt: later(2) });
    await storage.put(key, 3, { ifVersion: 'any', expiresAt: later(3) });
    await storage.put(key, 4, { ifVersion: 'any' });
    await storage.put(key, 5, { ifVersion: 'any', expiresAt: later(-1) });
    await storage.put(key, 6, { ifVersion: 'absent', expiresAt: later(1) });
    await storage.take(key);
    await storage.put(['c'], 1, { ifVersion: 'any', expiresAt: later(-1) });
    await storage.sweep({ limit: 10 });
    const all = await server.ask('kv/range', { key: btoa('clean/'), range_end: btoa('clean0') });
    expect(all).not.toHaveProperty('kvs');
  });

  it('has entries of writes that came at the same moment, and a sweep removes them when their time has come', async () => {
    await using storage = await open({ ...withoutUser(server), namespace: 'stale/' });
    const entry = 'stale/ostiary/expires/0000000000000001/a/b';
    await server.ask('kv/put', { key: btoa(entry) });
    await storage.put(key, 1, { ifVersion: 'absent' });
    expect(await storage.sweep({ limit: 10 })).toEqual({ removed: 0, more: false });
    expect(await server.ask('kv/range', { key: btoa(entry) })).not.toHaveProperty('kvs');
    expect((await storage.take(key))?.value).toBe(1);
  });

  it('that was restored from a backup, and counts from lower, does not take a state for a later one', async () => {
    await using storage = await open({ ...withoutUser(server), namespace: 'restored/' });
    const state = 'restored/ostiary/records/a/b';
    await storage.put(key, 1, { ifVersion: 'absent' });
    const kept = Object(await server.ask('kv/range', { key: btoa(state) })).kvs[0].value;
    const later = await storage.put(key, 2, { ifVersion: 'any' });
    // What a restore does to this key.
    await server.ask('kv/put', { key: btoa(state), value: kept });
    expect(await storage.put(key, 3, { ifVersion: later.written ? later.version : '' })).toEqual({ written: false });
    expect((await storage.take(key))?.value).toBe(1);
  });

  it('that is full is read and freed, tells why it is not written, and goes on when there is space', async () => {
    await using small = await startEtcd({ settings: ['quota-backend-bytes=3000000'] });
    const [warn, info] = [vi.fn(), vi.fn()];
    await using storage = await open(withoutUser(small), { ...deps.log, warn, info });
    const names = Array.from({ length: 100 }, (_, index): Key => ['big', `${index}`]);
    const value = 'x'.repeat(100_000);
    const write = (name: Key): Promise<unknown> =>
      storage.put(name, value, { ifVersion: 'absent' }).catch((error: unknown) => error);
    const outcomes: unknown[] = [];
    for (const name of names) outcomes.push(await write(name));
    expect(outcomes.at(-1)).toMatchObject({
      code: 'storage/unavailable',
      detail: { status: 429, reason: 'etcdserver: mvcc: database space exceeded' },
    });
    expect((await storage.get(['big', '0']))?.value).toBe(value);
    expect(warn).toHaveBeenCalledOnce();
    await expect(open(withoutUser(small))).rejects.toThrow(
      'cannot be used: etcdserver: mvcc: database space exceeded.',
    );
    for (const name of names.slice(0, 20)) await storage.take(name);
    await small.compact();
    await small.ask('maintenance/defragment', {});
    const { alarms } = Object(await small.ask('maintenance/alarm', { action: 'GET' }));
    await small.ask('maintenance/alarm', { action: 'DEACTIVATE', ...alarms[0] });
    await storage.put(['big', '0'], 1, { ifVersion: 'absent' });
    expect(info).toHaveBeenCalledOnce();
  });

  it('removes 2,000 expired records among 2,000 others, of three that sweep at once', { timeout: 60_000 }, async () => {
    const options = { ...withoutUser(server), namespace: 'many/' };
    await using stack = new AsyncDisposableStack();
    const replicas = await Promise.all([1, 2, 3].map(async () => stack.use(await open(options))));
    const [storage] = replicas;
    if (storage === undefined) throw new Error('no storage');
    const expiresAt = new Date(Date.now() - 1);
    const numbers = Array.from({ length: 2_000 }, (_, index) => index).values();
    const worker = async (): Promise<void> => {
      for (const index of numbers) {
        await storage.put(['live', `n${index}`], 1, {
          ifVersion: 'absent',
          expiresAt: new Date(Date.now() + 3_600_000),
        });
        await storage.put(['old', `n${index}`], 1, { ifVersion: 'absent', expiresAt });
      }
    };
    await Promise.all(Array.from({ length: 20 }, worker));
    const sweepAll = async (replica: StorageDriver): Promise<number> => {
      let removed = 0;
      for (let more = true; more; ) {
        const outcome = await replica.sweep({ limit: 500 });
        removed += outcome.removed;
        more = outcome.more;
      }
      return removed;
    };
    const removed = await Promise.all(replicas.map(sweepAll));
    expect(removed.reduce((sum, count) => sum + count, 0)).toBe(2_000);
    expect((await storage.scan({ prefix: ['old'], limit: 1_000 })).keys).toEqual([]);
    expect((await storage.scan({ prefix: ['live'], limit: 1_000 })).keys).toHaveLength(1_000);
  });
});
