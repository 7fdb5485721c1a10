import { randomBytes, randomUUID } from 'node:crypto';
import { silentLogger } from '@ostiary/primitives';
import { type KubernetesConfig, kubernetesStorage } from '@ostiary/storage-kubernetes';
import type { StorageDeps } from '@ostiary/storage-sdk';
import { type CustomResourcesServer, temporaryFolder } from '@ostiary/tooling-servers';

/** What a storage is given. */
export const deps: StorageDeps = { now: () => new Date(), random: randomBytes, log: silentLogger };

/** Checks options as a server does. */
export async function configOf(options: Readonly<Record<string, unknown>>): Promise<KubernetesConfig> {
  const result = await kubernetesStorage.config['~standard'].validate(options);
  if (result.issues) throw new Error(JSON.stringify(result.issues));
  return result.value;
}

/** A folder of kubeconfig files for one API server. */
export interface Kubeconfigs extends AsyncDisposable {
  /** Writes another file, and answers its path. */
  write(name: string, text: string): Promise<string>;
  /** Options for a token, the superuser's when there is none, and a namespace. */
  optionsOf(namespace: string, token?: string): Promise<{ readonly kubeConfigFile: string }>;
}

export async function kubeconfigs(server: CustomResourcesServer): Promise<Kubeconfigs> {
  const folder = await temporaryFolder('kubeconfigs');
  return {
    write: (name, text) => folder.write(name, text),
    async optionsOf(namespace, token = server.superuser) {
      const name = `${namespace}-${randomUUID()}.yaml`;
      return { kubeConfigFile: await folder.write(name, server.kubeconfig(token, namespace)) };
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

/** Long enough for Go to compile the libraries of the API server. */
export const BUILD_MS: number = 15 * 60_000;
