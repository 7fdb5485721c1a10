import { optionText } from '@ostiary/storage-sdk/server';
import { z } from 'zod';

const handlings = ['ensure', 'check'] as const;

/** The options of the storage, checked: one of `inCluster` and `kubeConfigFile` is set. */
export interface KubernetesConfig {
  /** The API of the cluster that this process is a pod of. */
  readonly inCluster: boolean;
  /** The API that the current context of this file names. */
  readonly kubeConfigFile?: string;
  /** `ensure` makes the CustomResourceDefinition where it is not there; `check` only says that it is missing. */
  readonly crdHandling: (typeof handlings)[number];
  /** Where the records are. Absent: that of the pod, or of the context. */
  readonly namespace?: string;
}

/** What a namespace can be called: RFC 1123. It becomes a part of a path. */
export const namespaceName: z.ZodString = optionText.regex(
  /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/u,
  'is no name of a namespace. Write lower-case letters, digits and -, at most 63.',
);

export const kubernetesConfig: z.ZodType<KubernetesConfig> = z
  .strictObject({
    inCluster: z.boolean().default(false).describe('Ostiary is a pod of the cluster that keeps its records.'),
    kubeConfigFile: optionText
      .meta({ 'x-file': 'text' })
      .exactOptional()
      .describe('Kubeconfig file, instead of `inCluster`. Its current context is used.'),
    crdHandling: z
      .enum(handlings)
      .default('ensure')
      .describe('`ensure` makes the CustomResourceDefinition, `check` wants it to be there.'),
    namespace: namespaceName
      .exactOptional()
      .describe('Namespace of the records. Default: that of the pod, or of the context.'),
  })
  .superRefine(({ inCluster, kubeConfigFile }, context) => {
    if (inCluster && kubeConfigFile !== undefined) {
      context.addIssue({ code: 'custom', path: ['kubeConfigFile'], message: 'is set besides inCluster. Keep one.' });
    } else if (!inCluster && kubeConfigFile === undefined) {
      const message = 'is not true, and there is no kubeConfigFile. Set inCluster in a pod, the file elsewhere.';
      context.addIssue({ code: 'custom', path: ['inCluster'], message });
    }
  });
