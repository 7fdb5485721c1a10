import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { silentLogger } from '@ostiary/primitives';
import { kubernetesStorage } from '@ostiary/storage-kubernetes';
import type { Key, StorageDriver } from '@ostiary/storage-sdk';
import { type CustomResourcesServer, requireCustomResources, startCustomResources } from '@ostiary/tooling-servers';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { BUILD_MS, configOf, deps, type Kubeconfigs, kubeconfigs } from './support.ts';

const key: Key = ['a', 'b'];
const token = 'token-of-dex-ostiary';
const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const refused = (words: string) => ({ code: 'config/invalid', message: expect.stringContaining(words) });

interface Rbac {
  readonly kind: string;
  readonly rules?: readonly { readonly verbs: readonly string[] }[];
}

/** The objects that the documentation has for operators. */
async function documentedRbac(): Promise<readonly Rbac[]> {
  const text = await readFile(join(import.meta.dirname, '../../../../docs/operating.md'), 'utf8');
  const block = /```yaml\n(apiVersion: rbac[\s\S]*?)```/u.exec(text)?.[1] ?? '';
  return parseAllDocuments(block).map((document) => document.toJS() as Rbac); // read by the API server's own types
}

describe.skipIf(requireCustomResources() !== undefined)('an API server', () => {
  const stack = new AsyncDisposableStack();
  let server: CustomResourcesServer;
  let files: Kubeconfigs;
  let rbac: readonly Rbac[] = [];
  beforeAll(async () => {
    server = stack.use(await startCustomResources({ serviceAccounts: ['dex:ostiary'], inFlight: 3 }));
    files = stack.use(await kubeconfigs(server));
    rbac = await documentedRbac();
  }, BUILD_MS);
  beforeEach(() => server.permit(rbac));
  afterAll(() => stack.disposeAsync());

  const open = async (options: object = {}, log = silentLogger): Promise<StorageDriver> =>
    kubernetesStorage.open(await configOf({ ...(await files.optionsOf('dex', token)), ...options }), { ...deps, log });
  const withoutDefinition = async (): Promise<void> => {
    await server.ask(`${definitions}/records.ostiary.dev`, { method: 'DELETE' });
    const status = async (): Promise<number> => (await server.ask(`${definitions}/records.ostiary.dev`)).status;
    await expect.poll(status, { timeout: 10_000 }).toBe(404);
  };

  it('is enough with the rights that are documented, whoever of several starts first', async () => {
    await using together = new AsyncDisposableStack();
    const opened = await Promise.all(Array.from({ length: 3 }, () => open()));
    for (const storage of opened) together.use(storage);
    const [first, second] = opened;
    expect(await first?.put(key, 1, { ifVersion: 'any' })).toMatchObject({ written: true });
    expect(await second?.put(key, 2, { ifVersion: 'any' })).toMatchObject({ written: true });
    expect((await second?.scan({ prefix: [], limit: 5 }))?.keys).toEqual([key]);
    expect((await first?.take(key))?.value).toBe(2);
    expect(await first?.sweep({ limit: 5 })).toEqual({ removed: 0, more: false });
  });

  it('needs the right to make definitions only where there is none', async () => {
    await server.permit(rbac.filter(({ kind }) => !kind.startsWith('Cluster')));
    await using _storage = await open();
    await using _checked = await open({ crdHandling: 'check' });
    await withoutDefinition();
    await expect(open()).rejects.toMatchObject(refused('Run: kubectl apply -f crd.yaml'));
    await expect(open({ crdHandling: 'check' })).rejects.toMatchObject(refused('has no definition of records'));
    const crd: unknown = parse(await readFile(join(import.meta.dirname, '../crd.yaml'), 'utf8'));
    await server.ask(definitions, { method: 'POST', body: crd });
    const checked = async (): Promise<void> => (await open({ crdHandling: 'check' }))[Symbol.asyncDispose]();
    await expect.poll(checked, { timeout: 15_000 }).toBeUndefined();
  });

  it.each(['get', 'list', 'create', 'update', 'patch', 'delete'])('is told to lack the right to %s', async (verb) => {
    const lacking = rbac.map((object) =>
      object.kind === 'Role'
        ? {
            ...object,
            rules: object.rules?.map((rule) => ({ ...rule, verbs: rule.verbs.filter((one) => one !== verb) })),
          }
        : object,
    );
    await server.permit(lacking);
    await expect(open()).rejects.toMatchObject(
      refused(`must have {apiGroups: [ostiary.dev], resources: [records], verbs: [${verb}]}.`),
    );
    expect((await server.ask('/apis/ostiary.dev/v1/records')).json).toMatchObject({ items: [] });
  });

  it('is told to lack all rights at once, by the words of the server, with the rule', async () => {
    await server.permit([]);
    await expect(open()).rejects.toMatchObject(
      refused('User "system:serviceaccount:dex:ostiary" cannot list resource "records"'),
    );
    await expect(open()).rejects.toMatchObject(refused('verbs: [list, get, create, update, patch, delete]'));
  });

  it('that takes rights away later is an outage, which is said once', async () => {
    const [warn, info] = [vi.fn(), vi.fn()];
    await using storage = await open({}, { ...silentLogger, warn, info });
    await server.permit([]);
    for (let round = 0; round < 3; round += 1) {
      await expect(storage.put(key, 1, { ifVersion: 'absent' })).rejects.toMatchObject({
        code: 'storage/unavailable',
        detail: { status: 403, reason: 'Forbidden' },
      });
    }
    expect(warn).toHaveBeenCalledOnce();
    await server.permit(rbac);
    expect((await storage.put(key, 1, { ifVersion: 'absent' })).written).toBe(true);
    expect(info).toHaveBeenCalledExactlyOnceWith('kubernetes.connection_recovered', { failures: 3 });
    await storage.take(key);
  });

  it('does not know a token, or has a certificate of somebody else', async () => {
    const { kubeConfigFile } = await files.optionsOf('dex', 'another-token');
    await expect(open({ kubeConfigFile })).rejects.toMatchObject(refused('does not know who is asking'));
    const trusting = server.kubeconfig(token, 'dex').replace(/,"certificate-authority-data":"[^"]*"/u, '');
    const file = await files.write('untrusted', trusting);
    await expect(open({ kubeConfigFile: file })).rejects.toMatchObject(
      refused('has a certificate that is not trusted'),
    );
  });

  it('with a definition of another form is told, and left as it is', async () => {
    await withoutDefinition();
    const crd: unknown = parse(
      (await readFile(join(import.meta.dirname, '../crd.yaml'), 'utf8'))
        .replace(/ {16}write:[\s\S]*$/u, '')
        .replace(', write]', ']'),
    );
    expect(await server.ask(definitions, { method: 'POST', body: crd })).toMatchObject({ status: 201 });
    const opening = async (): Promise<unknown> => open().catch((error: unknown) => error);
    await expect.poll(opening, { timeout: 15_000 }).toMatchObject(refused('keeps not all of a record'));
    await withoutDefinition();
    await (await open())[Symbol.asyncDispose]();
  });

  it('that is busy is asked again', async () => {
    await using storage = await open();
    const keys = Array.from({ length: 12 }, (_, index): Key => ['busy', `n${index}`]);
    const value = 'x'.repeat(200_000);
    const outcomes = await Promise.all(keys.map((each) => storage.put(each, value, { ifVersion: 'absent' })));
    expect(outcomes.every(({ written }) => written)).toBe(true);
    await Promise.all(keys.map((each) => storage.take(each)));
  });

  it('keeps a megabyte of what Go writes with six bytes', async () => {
    await using storage = await open();
    for (const letter of ['<', '"', '\\', 'é']) {
      const value = letter.repeat(
        Math.floor((1024 * 1024 - 2) / Buffer.byteLength(JSON.stringify(letter).slice(1, -1))),
      );
      expect((await storage.put(key, value, { ifVersion: 'any' })).written).toBe(true);
      expect((await storage.take(key))?.value === value).toBe(true);
    }
  });

  it('lets one of two win that write the same in the place of the same', async () => {
    await using storage = await open();
    const first = await storage.put(key, 1, { ifVersion: 'any' });
    const ifVersion = first.written ? first.version : '';
    const outcomes = await Promise.all([1, 2].map(() => storage.put(key, 1, { ifVersion })));
    expect(outcomes.filter(({ written }) => written)).toHaveLength(1);
    expect(await storage.put(key, 1, { ifVersion })).toEqual({ written: false });
    await storage.take(key);
  });

  it('goes on with a walk whose place has expired', async () => {
    await using storage = await open();
    const keys = Array.from({ length: 30 }, (_, index): Key => ['walk', `n${index}`]);
    for (const each of keys) await storage.put(each, 1, { ifVersion: 'absent' });
    const seen = new Set<string>();
    let cursor: string | undefined;
    do {
      const page = await storage.scan({ prefix: ['walk'], limit: 10, ...(cursor === undefined ? {} : { cursor }) });
      for (const [, id = ''] of page.keys) seen.add(id);
      const isFirst = cursor === undefined;
      cursor = page.cursor;
      if (!isFirst) continue;
      // The walk is in a state from before this write: etcd forgets it, and so does the cache of the API server.
      await storage.put(['other', 'a'], 1, { ifVersion: 'any' });
      await server.etcd.compact();
      await server.restart();
    } while (cursor !== undefined);
    expect(seen.size).toBe(keys.length);
    for (const each of keys) await storage.take(each);
  });

  it('removes 2,000 expired records among 2,000 others', { timeout: 120_000 }, async () => {
    await using storage = await open({ kubeConfigFile: (await files.optionsOf('dex')).kubeConfigFile });
    const expiresAt = new Date(Date.now() - 1);
    const numbers = Array.from({ length: 2_000 }, (_, index) => index).values();
    const worker = async (): Promise<void> => {
      for (const index of numbers) {
        await storage.put(['live', `n${index}`], 1, { ifVersion: 'absent' });
        await storage.put(['old', `n${index}`], 1, { ifVersion: 'absent', expiresAt });
      }
    };
    await Promise.all(Array.from({ length: 20 }, worker));
    let removed = 0;
    for (let more = true; more; ) {
      const outcome = await storage.sweep({ limit: 500 });
      removed += outcome.removed;
      more = outcome.more;
    }
    expect(removed).toBe(2_000);
    expect((await storage.scan({ prefix: [], limit: 1_000 })).keys).toHaveLength(1_000);
  });
});
