/** Tests of what the storage of every database has to do when the database, or the way to it, fails. */
import { inspect } from 'node:util';
import { type Logger, silentLogger } from '@ostiary/primitives';
import type { Key, StorageDriver } from '@ostiary/storage-sdk';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';
import { freePort } from './free-port.ts';
import type { Restartable } from './restartable.ts';

/** A database that can be reached through a proxy. */
export interface FaultyServer extends Restartable {
  readonly port: number;
  readonly login: { readonly password: string };
}

/** How a storage is opened. */
export interface Opening {
  readonly log: Logger;
  /** Options instead of those of the subject, such as the `port` of a proxy. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** The storage under test. */
export interface FaultSubject<S extends FaultyServer> {
  /** `storage.type`, and the beginning of its events. */
  readonly type: string;
  /** Milliseconds until it gives up at the start who does not talk; default 3,000. */
  readonly patience?: number;
  start(): Promise<S>;
  open(server: S, opening: Opening): Promise<StorageDriver>;
}

/** A storage behind a proxy, what it logs, and how to open another one. */
interface Faulty extends AsyncDisposable {
  readonly proxy: FaultProxy;
  readonly storage: StorageDriver;
  readonly patience: number;
  readonly warn: ReturnType<typeof vi.fn>;
  readonly info: ReturnType<typeof vi.fn>;
  open(options?: Readonly<Record<string, unknown>>): Promise<StorageDriver>;
}

const key: Key = ['a', 'b'];
const lost = { code: 'storage/unavailable' };
const healing = { timeout: 20_000, interval: 100 };

/**
 * Makes the tests, on one server. Call it in a `describe`.
 *
 * @returns the server, once it runs
 */
export function testStorageFaults<S extends FaultyServer>(subject: FaultSubject<S>): () => S {
  let server: S;
  beforeAll(async () => {
    server = await subject.start();
  });
  afterAll(() => server[Symbol.asyncDispose]());
  const on = (test: (all: Faulty, server: S, type: string) => Promise<void>) => async (): Promise<void> => {
    await using all = await openBehindProxy(subject, server);
    // From the test before.
    await all.storage.take(key);
    await test(all, server, subject.type);
  };

  it('does not get a write again whose answer was lost, and is not said to have refused it', on(writeLost));
  it('is asked once more when the answer to a reader was lost', on(answerToReaderLost));
  it('is not said to have no record when an answer was lost', on(takeLost));
  it('whose connections fell silent fails one request, and none for the others', { timeout: 20_000 }, on(silent));
  it('that does not talk at all is told in time at the start, and leaves nothing open', { timeout: 20_000 }, on(mute));
  it('that goes away is told fast and logged once for each reason, and found again', { timeout: 60_000 }, on(away));
  it('is told of in no log and no error with the password in it', on(secrets));
  return () => server;
}

async function openBehindProxy<S extends FaultyServer>(subject: FaultSubject<S>, server: S): Promise<Faulty> {
  await using stack = new AsyncDisposableStack();
  const port = await freePort();
  const proxy = stack.use(await startFaultProxy(port, server.port));
  const [warn, info] = [vi.fn(), vi.fn()];
  const log = { ...silentLogger, warn, info };
  const open = (options = {}): Promise<StorageDriver> => subject.open(server, { log, options: { port, ...options } });
  const storage = stack.use(await open());
  const owned = stack.move();
  const { patience = 3_000 } = subject;
  return { proxy, storage, patience, warn, info, open, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

const sockets = (): number => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;

async function writeLost({ proxy, storage }: Faulty): Promise<void> {
  const first = await storage.put(key, 1, { ifVersion: 'absent' });
  proxy.loseNextReply();
  const ifVersion = first.written ? first.version : '';
  await expect(storage.put(key, 2, { ifVersion })).rejects.toMatchObject(lost);
  expect((await storage.get(key))?.value).toBe(2);
}

async function answerToReaderLost(
  { proxy, storage, warn }: Faulty,
  _server: FaultyServer,
  type: string,
): Promise<void> {
  await storage.put(key, 1, { ifVersion: 'absent' });
  proxy.loseNextReply();
  expect((await storage.get(key))?.value).toBe(1);
  proxy.loseNextReply();
  expect((await storage.scan({ prefix: [], limit: 5 })).keys).toEqual([key]);
  expect(warn.mock.calls.map(([event]) => event)).toContain(`${type}.connection_failed`);
}

async function takeLost({ proxy, storage }: Faulty): Promise<void> {
  await storage.put(key, 1, { ifVersion: 'absent' });
  proxy.loseNextReply();
  const outcome = await storage.take(key).catch((error: unknown) => error);
  // A driver that reads first may have lost that answer, and read once more.
  expect([1, lost.code]).toContain(Object(outcome).value ?? Object(outcome).code);
}

async function silent({ proxy, storage }: Faulty): Promise<void> {
  await storage.put(key, 1, { ifVersion: 'absent' });
  await Promise.all(Array.from({ length: 5 }, () => storage.get(key)));
  proxy.silence();
  await expect(storage.get(key)).rejects.toMatchObject(lost);
  for (let round = 0; round < 5; round += 1) expect((await storage.get(key))?.value).toBe(1);
}

async function mute({ proxy, patience, open }: Faulty): Promise<void> {
  proxy.silenceAll();
  const before = sockets();
  const began = performance.now();
  await expect(open({ connectionTimeout: 1 })).rejects.toMatchObject({
    ...lost,
    message: expect.stringContaining('cannot be used: '),
  });
  expect(performance.now() - began).toBeLessThan(patience);
  // Those of the proxy are of this process, too.
  await expect.poll(sockets).toBe(before);
}

async function away(all: Faulty, server: FaultyServer, type: string): Promise<void> {
  await using storage = await all.open({ port: server.port });
  await storage.put(key, { kept: true }, { ifVersion: 'absent' });
  await all.storage[Symbol.asyncDispose]();
  await server.kill();
  for (let round = 0; round < 3; round += 1) {
    const began = performance.now();
    await expect(storage.put(key, 2, { ifVersion: 'absent' })).rejects.toMatchObject(lost);
    expect(performance.now() - began).toBeLessThan(1_000);
  }
  await server.restart();
  await expect
    .poll(async () => (await storage.get(key).catch(() => undefined))?.value, healing)
    .toEqual({ kept: true });
  const reasons = all.warn.mock.calls.map(([event, { error }]) => `${event}: ${error.message}`);
  expect(reasons).toEqual([...new Set(reasons)]);
  expect(reasons).toContain(`${type}.connection_failed: connect ECONNREFUSED 127.0.0.1:${server.port}`);
  expect(all.info).toHaveBeenCalledExactlyOnceWith(`${type}.connection_recovered`, { failures: expect.any(Number) });
}

async function secrets(all: Faulty, server: FaultyServer): Promise<void> {
  const told: unknown[] = [];
  const note = (error: unknown): void => void told.push(error);
  await server.kill();
  await all.storage.put(key, 'hush-hush', { ifVersion: 'any' }).catch(note);
  await all.open().catch(note);
  await server.restart();
  await all.open({ user: 'nobody' }).catch(note);
  await all.open({ password: 'of-nobody' }).catch(note);
  expect(told).toHaveLength(4);
  const text = inspect([told, all.warn.mock.calls, all.info.mock.calls], { depth: 30, showHidden: true });
  const quoted = Buffer.from('hush-hush').toString('hex');
  for (const secret of [server.login.password, 'of-nobody', 'hush', quoted]) expect(text).not.toContain(secret);
}
