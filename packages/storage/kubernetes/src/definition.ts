import { defineStorage, type StorageDefinition } from '@ostiary/storage-sdk';
import { type KubernetesConfig, kubernetesConfig } from './config.ts';
import { openKubernetes } from './open.ts';

/** `storage.type: kubernetes`, with the options of Dex. As durable as the etcd of the cluster. */
export const kubernetesStorage: StorageDefinition<KubernetesConfig> = defineStorage({
  type: 'kubernetes',
  config: kubernetesConfig,
  durable: true,
  open: (config, deps) => openKubernetes(config, deps),
});
