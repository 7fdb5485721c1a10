import type { Cluster, ClusterDeps } from './cluster.ts';
import type { KubernetesConfig } from './config.ts';
import { clusterOfKubeconfig } from './kubeconfig.ts';
import { clusterOfPod } from './pod.ts';

/**
 * The cluster that the options mean.
 *
 * @param folder of the service account of a pod; see {@link clusterOfPod}.
 * @throws {OstiaryError} `config/invalid` for files that are missing or cannot be used, and outside of a pod.
 */
export function findCluster(config: KubernetesConfig, deps: ClusterDeps, folder?: string): Promise<Cluster> {
  const { kubeConfigFile } = config;
  return kubeConfigFile === undefined
    ? clusterOfPod(config, deps, folder)
    : clusterOfKubeconfig({ ...config, kubeConfigFile });
}
