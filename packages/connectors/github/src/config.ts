import {
  exactlyOne,
  fileName,
  keepEmpty,
  type Registration,
  registrationKeys,
  text,
  textLike,
} from '@ostiary/connector-sdk/config';
import { z } from 'zod';

/** An organization whose members may log in, or only those of some of its teams. */
export interface AllowedOrg {
  readonly name: string;
  /** Empty: every member may log in. */
  readonly teams: readonly string[];
}

/** The options of the connector, checked. Spelled as in Dex. */
export interface GitHubConfig extends Registration {
  readonly org?: string;
  readonly orgs: readonly AllowedOrg[];
  readonly hostName?: string;
  readonly rootCA?: string;
  readonly teamNameField: 'name' | 'slug' | 'both';
  readonly loadAllGroups: boolean;
  readonly parentTeams: boolean;
  readonly useLoginAsID: boolean;
  readonly preferredEmailDomain?: string;
}

const org = z.object({
  name: text().describe('Name of the organization, as in its URL.'),
  teams: z.array(text()).default([]).describe('Only members of one of these teams. Empty: every member.'),
});

const hostName = textLike(
  /^[a-z0-9.-]+(?::\d+)?$/iu,
  'is not a host name. Write only the name, like github.example.com.',
);

const emailDomain = textLike(
  /^[a-z0-9.*-]*[a-z0-9.-]$/iu,
  'is not a domain. Write it like example.com or *.example.com.',
);

/** Dex's options of the connector `github`, and a few more. */
export const githubConfig: z.ZodType<GitHubConfig> = z
  .object({
    ...registrationKeys,
    // A variable that is not set would let anybody in.
    org: text()
      .meta(keepEmpty)
      .exactOptional()
      .describe('One organization; groups are its team names without the organization.'),
    orgs: z.array(org).default([]).describe('Only members of these may log in; groups are `org:team`.'),
    hostName: hostName.exactOptional().describe('GitHub Enterprise Server. Default: github.com.'),
    rootCA: fileName('certificates')
      .exactOptional()
      .describe('Certificates to trust besides the system, with `hostName`.'),
    teamNameField: z
      .enum(['name', 'slug', 'both'])
      .default('name')
      .describe('How a team is called in groups. Default: name.'),
    loadAllGroups: z
      .boolean()
      .default(false)
      .describe('Without `org` and `orgs`: hand on all organizations and teams.'),
    parentTeams: z.boolean().default(false).describe('Hand on the parents of teams as well. Not in Dex.'),
    useLoginAsID: z
      .boolean()
      .default(false)
      .describe('Take the login name as user id. Login names change hands: only to keep what Dex made.'),
    preferredEmailDomain: emailDomain
      .exactOptional()
      .describe('Take a verified address of this domain if there is one. `*.example.com`: one label more.'),
  })
  .superRefine(exactlyOne('clientSecret', 'clientSecretFile'))
  .superRefine((config, context) => {
    const custom = (path: string, message: string): void => context.addIssue({ code: 'custom', path: [path], message });
    if (config.org !== undefined && config.orgs.length > 0) custom('org', 'is set besides orgs. Keep orgs.');
    if (config.rootCA !== undefined && config.hostName === undefined) {
      custom('rootCA', 'is for GitHub Enterprise Server. Set hostName too, or remove it.');
    }
  });
