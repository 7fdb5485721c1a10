/** Records in the Kubernetes API, as custom resources: for replicas in a cluster. */
export type { KubernetesConfig } from './config.ts';
export { kubernetesStorage } from './definition.ts';
