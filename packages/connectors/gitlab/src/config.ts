import {
  base64Bytes,
  baseUrl,
  exactlyOne,
  type Registration,
  registrationKeys,
  rootCAsKey,
  text,
} from '@ostiary/connector-sdk/config';
import { z } from 'zod';

/** The options of the connector, checked. Spelled as in Dex. */
export interface GitLabConfig extends Registration {
  readonly baseURL: string;
  readonly groups: readonly string[];
  readonly useLoginAsID: boolean;
  readonly getGroupsPermission: boolean;
  readonly inheritedGroups: boolean;
  readonly rootCAs: readonly string[];
  /** PEM. */
  readonly rootCAData?: string;
}

const flag = (about: string) => z.boolean().default(false).describe(about);

const pem = base64Bytes().transform((bytes) => Buffer.from(bytes).toString());

/** Dex's options of the connector `gitlab`, and a few more. */
export const gitlabConfig: z.ZodType<GitLabConfig> = z
  .object({
    ...registrationKeys,
    baseURL: baseUrl().default('https://gitlab.com').describe('Where GitLab is. Default: https://gitlab.com.'),
    groups: z
      .array(text())
      .default([])
      .describe('Only members of one of these may log in, and only these are handed on. Full paths, as they come.'),
    useLoginAsID: flag('Take the user name as user id. User names change hands: only to keep what Dex made.'),
    getGroupsPermission: flag('Hand on `path:role` as well: owner, maintainer, developer and others.'),
    inheritedGroups: flag('Ask for groups with inherited membership too. Needs the scope `read_api`.'),
    rootCAs: rootCAsKey,
    rootCAData: pem.exactOptional().describe('Certificates to trust besides the system, as base64 of PEM.'),
  })
  .superRefine(exactlyOne('clientSecret', 'clientSecretFile'));
