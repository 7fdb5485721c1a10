import {
  baseUrl,
  exactlyOne,
  type Registration,
  registrationKeys,
  rootCAsKey,
  text,
} from '@ostiary/connector-sdk/config';
import { z } from 'zod';

/** An organization whose members may log in, or only those of some of its teams. */
export interface AllowedOrg {
  readonly name: string;
  /** Empty: the members of every team may log in. */
  readonly teams: readonly string[];
}

/** The options of the connector, checked. Spelled as in Dex. */
export interface GiteaConfig extends Registration {
  readonly baseURL: string;
  readonly orgs: readonly AllowedOrg[];
  readonly loadAllGroups: boolean;
  readonly useLoginAsID: boolean;
  readonly rootCAs: readonly string[];
}

const org = z.object({
  name: text().describe('Name of the organization, as in its URL.'),
  teams: z
    .array(text())
    .default([])
    .describe('Only members of one of these teams, which are handed on as `org:team`. Empty: of any team.'),
});

/** Dex's options of the connector `gitea`, and a few more. */
export const giteaConfig: z.ZodType<GiteaConfig> = z
  .object({
    ...registrationKeys,
    baseURL: baseUrl().default('https://gitea.com').describe('Where Gitea or Forgejo is. Default: https://gitea.com.'),
    orgs: z
      .array(org)
      .default([])
      .describe('Only members of these may log in; groups are `org`, and `org:team` for teams that are named.'),
    loadAllGroups: z.boolean().default(false).describe('Without `orgs`: hand on all organizations and teams.'),
    useLoginAsID: z
      .boolean()
      .default(false)
      .describe('Take the login name as user id. Login names change hands: only to keep what Dex made.'),
    rootCAs: rootCAsKey,
  })
  .superRefine(exactlyOne('clientSecret', 'clientSecretFile'));
