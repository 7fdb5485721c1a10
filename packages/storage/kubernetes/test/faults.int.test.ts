import { inspect } from 'node:util';
import { silentLogger } from '@ostiary/primitives';
import { kubernetesStorage } from '@ostiary/storage-kubernetes';
import type { Key, StorageDriver } from '@ostiary/storage-sdk';
import {
  type CustomResourcesServer,
  freePort,
  requireCustomResources,
  startCustomResources,
  startFaultProxy,
  temporaryFolder,
} from '@ostiary/tooling-servers';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { BUILD_MS, configOf, deps } from './support.ts';

const key: Key = ['a', 'b'];
const lost = { code: 'storage/unavailable' };
const healing = { timeout: 20_000, interval: 100 };

/** A storage behind a proxy, in a namespace of its own, and what it logs. */
async function openBehindProxy(server: CustomResourcesServer) {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder('kubernetes-test'));
  const port = await freePort();
  const proxy = stack.use(await startFaultProxy(port, server.port));
  const text = server.kubeconfig(server.superuser, `test-${port}`).replace(`:${server.port}`, `:${port}`);
  const config = await configOf({ kubeConfigFile: await folder.write('kubeconfig', text) });
  const [warn, info] = [vi.fn(), vi.fn()];
  const storage = stack.use(await kubernetesStorage.open(config, { ...deps, log: { ...silentLogger, warn, info } }));
  const owned = stack.move();
  return { server, proxy, port, config, storage, warn, info, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

const reader = (storage: StorageDriver) => async () => (await storage.get(key).catch(() => undefined))?.value;
const sockets = (): number => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;

describe.skipIf(requireCustomResources() !== undefined)('an API server', () => {
  let server: CustomResourcesServer;
  beforeAll(async () => {
    server = await startCustomResources();
  }, BUILD_MS);
  afterAll(() => server[Symbol.asyncDispose]());

  it('does not get a write again whose answer was lost, and a reader is asked once more', async () => {
    await using all = await openBehindProxy(server);
    const first = await all.storage.put(key, 1, { ifVersion: 'absent' });
    const ifVersion = first.written ? first.version : '';
    // The reply that is lost may be one of a handshake, when a new connection is taken: the write has not been sent then.
    const writeAndRead = async (): Promise<unknown> => {
      all.proxy.loseNextReply();
      await expect(all.storage.put(key, 2, { ifVersion })).rejects.toMatchObject(lost);
      return (await all.storage.get(key))?.value;
    };
    await expect.poll(writeAndRead, healing).toBe(2);
    all.proxy.loseNextReply();
    expect((await all.storage.get(key))?.value).toBe(2);
    all.proxy.loseNextReply();
    expect((await all.storage.scan({ prefix: [], limit: 5 })).keys).toEqual([key]);
    expect(all.warn.mock.calls.map(([event]) => event)).toContain('kubernetes.connection_failed');
  });

  it('whose connections fell silent fails one request, and none for the others', { timeout: 30_000 }, async () => {
    await using all = await openBehindProxy(server);
    await all.storage.put(key, 1, { ifVersion: 'absent' });
    await Promise.all(Array.from({ length: 5 }, () => all.storage.get(key)));
    all.proxy.silence();
    const began = performance.now();
    await expect(all.storage.get(key)).rejects.toMatchObject(lost);
    expect(performance.now() - began).toBeLessThan(6_000);
    for (let round = 0; round < 5; round += 1) expect((await all.storage.get(key))?.value).toBe(1);
  });

  it('that does not talk at all is told in time at the start, and leaves nothing open', {
    timeout: 30_000,
  }, async () => {
    await using all = await openBehindProxy(server);
    all.proxy.silenceAll();
    const before = sockets();
    const began = performance.now();
    await expect(kubernetesStorage.open(all.config, deps)).rejects.toMatchObject({
      ...lost,
      message: expect.stringContaining(`127.0.0.1:${all.port} cannot be used: no answer in time`),
    });
    expect(performance.now() - began).toBeLessThan(6_000);
    // Those of the proxy are of this process, too.
    await expect.poll(sockets).toBe(before);
  });

  it('that goes away is told fast and logged once for each reason, and found again', { timeout: 60_000 }, async () => {
    await using all = await openBehindProxy(server);
    await all.storage.put(key, { kept: true }, { ifVersion: 'absent' });
    await all.server.kill();
    for (let round = 0; round < 3; round += 1) {
      const began = performance.now();
      await expect(all.storage.put(key, 2, { ifVersion: 'absent' })).rejects.toMatchObject(lost);
      expect(performance.now() - began).toBeLessThan(1_000);
    }
    await expect(kubernetesStorage.open(all.config, deps)).rejects.toMatchObject(lost);
    await all.server.restart();
    await expect.poll(reader(all.storage), healing).toEqual({ kept: true });
    const reasons = all.warn.mock.calls.map(([event, { error }]) => `${event}: ${error.message}`);
    expect(reasons).toEqual([...new Set(reasons)]);
    expect(all.info).toHaveBeenCalledWith('kubernetes.connection_recovered', { failures: expect.any(Number) });
  });

  it('that lost its etcd is an outage, not an empty storage', { timeout: 60_000 }, async () => {
    await using all = await openBehindProxy(server);
    await all.storage.put(key, { kept: true }, { ifVersion: 'absent' });
    await all.server.etcd.kill();
    await expect(all.storage.get(key)).rejects.toMatchObject(lost);
    await all.server.etcd.restart();
    await expect.poll(reader(all.storage), healing).toEqual({ kept: true });
  });

  it('that stands still does not keep who closes', { timeout: 30_000 }, async () => {
    await using all = await openBehindProxy(server);
    await Promise.all(Array.from({ length: 5 }, () => all.storage.get(key)));
    all.proxy.silence();
    const began = performance.now();
    await all.storage[Symbol.asyncDispose]();
    expect(performance.now() - began).toBeLessThan(2_500);
  });

  it('is told of in no log and no error with the token or a value in it', { timeout: 30_000 }, async () => {
    await using all = await openBehindProxy(server);
    const told: unknown[] = [];
    const note = (error: unknown): void => void told.push(error);
    await all.storage.put(key, 'hush-hush'.repeat(300_000), { ifVersion: 'any' }).catch(note);
    await all.server.kill();
    await all.storage.put(key, 'hush-hush', { ifVersion: 'any' }).catch(note);
    await kubernetesStorage.open(all.config, deps).catch(note);
    await all.server.restart();
    expect(told).toHaveLength(3);
    const text = inspect([told, all.warn.mock.calls, all.info.mock.calls], { depth: 30, showHidden: true });
    for (const secret of [all.server.superuser, 'hush', Buffer.from('hush-hush').toString('base64')]) {
      expect(text).not.toContain(secret);
    }
  });

  it('that lost the definition is an outage, not an empty storage', async () => {
    await using all = await openBehindProxy(server);
    await all.storage.put(key, 1, { ifVersion: 'absent' });
    const definition = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/records.ostiary.dev';
    await all.server.ask(definition, { method: 'DELETE' });
    const gone = async (): Promise<unknown> =>
      all.storage.get(key).then(
        () => 'an answer',
        (error: unknown) => error,
      );
    await expect.poll(gone, healing).toMatchObject({ ...lost, detail: { status: 404 } });
    await expect(all.storage.put(key, 1, { ifVersion: 'absent' })).rejects.toMatchObject(lost);
    await expect(all.storage.take(key)).rejects.toMatchObject(lost);
  });
});
