import { join } from 'node:path';
import { readNamedFile } from '@ostiary/storage-sdk/server';
import { type Cluster, type ClusterDeps, mistake } from './cluster.ts';
import { type KubernetesConfig, namespaceName } from './config.ts';

/** Where the kubelet puts what a pod needs for the API. */
const FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount';
const HOST = 'KUBERNETES_SERVICE_HOST';
const PORT = 'KUBERNETES_SERVICE_PORT';
/** Set by whoever wrote the manifest of the pod, as for Dex. */
const NAMESPACE = 'KUBERNETES_POD_NAMESPACE';

/**
 * The cluster that this process is a pod of, as the service account of the pod.
 *
 * @param folder of the service account; tests have their own.
 * @throws {OstiaryError} `config/invalid` outside of a pod, and for one without a token.
 */
export async function clusterOfPod(
  { namespace }: Pick<KubernetesConfig, 'namespace'>,
  { env = () => undefined }: ClusterDeps,
  folder: string = FOLDER,
): Promise<Cluster> {
  const host = env(HOST);
  if (!host) {
    throw mistake(`inCluster: this is no pod, for ${HOST} is not set. Run it in a pod, or set kubeConfigFile.`);
  }
  const read = (name: string): Promise<string> => readOf(folder, name);
  const authorization = async (): Promise<string> => `Bearer ${await read('token')}`;
  await authorization();
  return {
    server: new URL(`https://${host.includes(':') ? `[${host}]` : host}:${env(PORT) || '443'}`),
    namespace: namespace ?? checked(env(NAMESPACE) || (await read('namespace'))),
    tls: async () => ({ ca: await read('ca.crt') }),
    authorization,
  };
}

async function readOf(folder: string, name: string): Promise<string> {
  try {
    return (await readNamedFile(join(folder, name), 'inCluster')).trim();
  } catch (cause) {
    const what = 'Set automountServiceAccountToken of the pod to true.';
    throw mistake(`inCluster: the service account has no file ${name} in ${folder}. ${what}`, cause);
  }
}

function checked(namespace: string): string {
  const parsed = namespaceName.safeParse(namespace);
  if (parsed.success) return parsed.data;
  throw mistake(`namespace: that of the pod ${parsed.error.issues[0]?.message} Correct ${NAMESPACE}.`);
}
