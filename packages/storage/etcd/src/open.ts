import type { StorageDeps, StorageDriver } from '@ostiary/storage-sdk';
import { readTlsFiles } from '@ostiary/storage-sdk/server';
import type { EtcdConfig } from './config.ts';
import { Connections } from './connections.ts';
import { createEtcdDriver } from './driver.ts';
import { type ConnectionMaterial, HttpEndpoint } from './endpoint.ts';
import { Endpoints } from './endpoints.ts';
import { requireFitness } from './fitness.ts';
import { etcdOpeningError } from './opening-error.ts';
import { keySpace } from './record.ts';
import { Records } from './records.ts';

/**
 * Connects, and tries what a storage does. Nothing is written.
 *
 * @throws {OstiaryError} `config/invalid` for files that cannot be read, and for what etcd refuses; `storage/unavailable`
 *   when nobody answers in time. The message names the endpoints.
 */
export async function openEtcd(config: EtcdConfig, { now, random, log }: StorageDeps): Promise<StorageDriver> {
  const material = (): Promise<ConnectionMaterial> => readMaterial(config);
  const endpoints = new Endpoints(
    config.endpoints.map((origin) => new HttpEndpoint(origin, material)),
    log,
  );
  const connections = new Connections({ endpoints, credentials: config, log });
  const space = keySpace(config.namespace);
  try {
    await requireFitness({ connections, space, random });
  } catch (error) {
    await connections.close();
    throw etcdOpeningError(config, error);
  }
  return createEtcdDriver({ connections, records: new Records(connections, space), now, random });
}

async function readMaterial({ ssl: { serverName, ...files } }: EtcdConfig): Promise<ConnectionMaterial> {
  const name = serverName === undefined ? {} : { servername: serverName };
  return { ...(await readTlsFiles(files, 'ssl')), ...name };
}
