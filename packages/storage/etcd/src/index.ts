/** Records in etcd: for replicas on several machines. */
export type { EtcdConfig, EtcdTls } from './config.ts';
export { etcdStorage } from './definition.ts';
