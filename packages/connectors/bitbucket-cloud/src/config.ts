import { exactlyOne, type Registration, registrationKeys, rootCAsKey, text } from '@ostiary/connector-sdk/config';
import { z } from 'zod';

/** The options of the connector, checked. Spelled as in Dex. */
export interface BitbucketCloudConfig extends Registration {
  readonly teams: readonly string[];
  readonly getWorkspacePermissions: boolean;
  /** Set in configurations made for older versions of Dex; it does nothing. */
  readonly includeTeamGroups: boolean;
  readonly rootCAs: readonly string[];
}

/** Dex's options of the connector `bitbucket-cloud`, and a few more. */
export const bitbucketCloudConfig: z.ZodType<BitbucketCloudConfig> = z
  .object({
    ...registrationKeys,
    teams: z
      .array(text())
      .default([])
      .describe('Only members of one of these workspaces may log in, and only these are handed on. Slugs.'),
    getWorkspacePermissions: z
      .boolean()
      .default(false)
      .describe('Hand on `slug:permission` as well: owner, collaborator or member.'),
    includeTeamGroups: z
      .boolean()
      .default(false)
      .describe('Does nothing: Bitbucket closed the API it needed. Read because Dex has it.'),
    rootCAs: rootCAsKey,
  })
  .superRefine(exactlyOne('clientSecret', 'clientSecretFile'));
