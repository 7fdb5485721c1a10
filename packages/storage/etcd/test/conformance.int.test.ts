import { etcdStorage } from '@ostiary/storage-etcd';
import { storageConformance } from '@ostiary/storage-sdk/conformance/vitest';
import { type EtcdServer, startEtcd } from '@ostiary/tooling-servers';
import { afterAll, beforeAll, describe } from 'vitest';
import { configOf, deps, noEtcd, optionsOf } from './support.ts';

describe.skipIf(noEtcd !== undefined)('a real etcd', () => {
  let server: EtcdServer;
  beforeAll(async () => {
    server = await startEtcd({ prefix: 'conformance-' });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  storageConformance(async ({ now, namespace }) =>
    etcdStorage.open(await configOf({ ...optionsOf(server), namespace: `${namespace}/` }), { ...deps, now }),
  );
});
