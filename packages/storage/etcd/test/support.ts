import { randomBytes } from 'node:crypto';
import { silentLogger } from '@ostiary/primitives';
import { type EtcdConfig, etcdStorage } from '@ostiary/storage-etcd';
import type { StorageDeps } from '@ostiary/storage-sdk';
import { type EtcdServer, requireTool } from '@ostiary/tooling-servers';

/** Why the tests cannot run here; `undefined` when they can. */
export const noEtcd: string | undefined = requireTool('etcd');

/** What a storage is given. */
export const deps: StorageDeps = { now: () => new Date(), random: randomBytes, log: silentLogger };

/** Checks options as a server does. */
export async function configOf(options: Readonly<Record<string, unknown>>): Promise<EtcdConfig> {
  const result = await etcdStorage.config['~standard'].validate(options);
  if (result.issues) throw new Error(JSON.stringify(result.issues));
  return result.value;
}

/** Options for the user who may use the prefix of a server. */
export const optionsOf = ({ url, login }: EtcdServer): Readonly<Record<string, unknown>> => ({
  endpoints: [url],
  ...login,
});
