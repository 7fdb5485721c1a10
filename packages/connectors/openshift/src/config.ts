import {
  baseUrl,
  exactlyOne,
  fileName,
  type Registration,
  registrationKeys,
  text,
} from '@ostiary/connector-sdk/config';
import { z } from 'zod';

/** The options of the connector, checked. Spelled as in Dex. */
export interface OpenShiftConfig extends Registration {
  readonly issuer: string;
  readonly groups: readonly string[];
  readonly insecureCA: boolean;
  readonly rootCA?: string;
}

/** Dex's options of the connector `openshift`, and `clientSecretFile`. */
export const openshiftConfig: z.ZodType<OpenShiftConfig> = z
  .object({
    ...registrationKeys,
    issuer: baseUrl().describe('The API server of the cluster, like https://api.cluster.example.com:6443.'),
    groups: z.array(text()).default([]).describe('Only members of one of these may log in. All groups are handed on.'),
    insecureCA: z.boolean().default(false).describe('Accept any certificate. For tests.'),
    rootCA: fileName('certificates')
      .exactOptional()
      .describe(
        'Certificates to trust besides the system, for API server and login page: path, base64 of PEM, or PEM.',
      ),
  })
  .superRefine(exactlyOne('clientSecret', 'clientSecretFile'));
