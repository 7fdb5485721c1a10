import { defineStorage, type StorageDefinition } from '@ostiary/storage-sdk';
import { type EtcdConfig, etcdConfig } from './config.ts';
import { openEtcd } from './open.ts';

/** `storage.type: etcd`, with the options of Dex. What etcd has answered, a majority of its members has on disk. */
export const etcdStorage: StorageDefinition<EtcdConfig> = defineStorage({
  type: 'etcd',
  config: etcdConfig,
  durable: true,
  open: openEtcd,
});
