import type { StorageDeps, StorageDriver } from '@ostiary/storage-sdk';
import type { KubernetesConfig } from './config.ts';
import { Connections } from './connections.ts';
import { createKubernetesDriver } from './driver.ts';
import { findCluster } from './find-cluster.ts';
import { kubernetesOpeningError } from './opening-error.ts';
import { Records } from './records.ts';
import { requireDefinition } from './resource-definition.ts';
import { requireRights } from './rights.ts';
import { HttpTransport } from './transport.ts';

/**
 * Connects, makes the CustomResourceDefinition where it is not there yet, and tries every right.
 *
 * @param folder of the service account of a pod; tests have their own.
 * @throws {OstiaryError} `config/invalid` for files that cannot be used and for what the API refuses; `storage/unavailable`
 *   when nobody answers in time. The message names the server.
 */
export async function openKubernetes(
  config: KubernetesConfig,
  deps: StorageDeps,
  folder?: string,
): Promise<StorageDriver> {
  const { now, random, log } = deps;
  const cluster = await findCluster(config, deps, folder);
  const { namespace } = cluster;
  const connections = new Connections({ transport: new HttpTransport(cluster), log });
  try {
    await requireDefinition({ connections, namespace, crdHandling: config.crdHandling });
    await requireRights({ connections, namespace, random });
  } catch (error) {
    await connections.close();
    throw kubernetesOpeningError(cluster, error);
  }
  return createKubernetesDriver({ connections, records: new Records(connections, namespace), now, random });
}
