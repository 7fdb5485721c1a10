import {
  exactlyOne,
  fileName,
  keepEmpty,
  listWithDefault,
  type Registration,
  registrationKeys,
  rootCAsKey,
  text,
} from '@ostiary/connector-sdk/config';
import { z } from 'zod';

/** The options of the connector, checked. Spelled as in Dex. */
export interface GoogleConfig extends Registration {
  readonly scopes: readonly string[];
  readonly hostedDomains: readonly string[];
  readonly groups: readonly string[];
  readonly serviceAccountFilePath?: string;
  /** Administrators by domain; `*` for any. */
  readonly domainToAdminEmail: Readonly<Record<string, string>>;
  readonly fetchTransitiveGroupMembership: boolean;
  readonly cloudIdentityGroups: boolean;
  readonly promptType: string;
  readonly rootCAs: readonly string[];
}

/** The one issuer of Google. */
export const googleIssuer = 'https://accounts.google.com';

/** Dex has no such key, but its example configuration sets it, and so do copies of that. */
const issuer = text().refine(
  (url) => url.replace(/\/$/u, '') === googleIssuer,
  `is not ${googleIssuer}, and this connector knows no other. Remove it, or use the connector oidc.`,
);

const scope = text().refine(
  (one) => one !== 'groups',
  'is no scope of Google. Remove it: groups come from the directory.',
);

/** Dex's options of the connector `google`, and a few more. */
export const googleConfig: z.ZodType<GoogleConfig> = z
  .object({
    ...registrationKeys,
    issuer: issuer
      .exactOptional()
      .describe(`Does nothing: it is \`${googleIssuer}\` in any case. Examples of Dex have it.`),
    scopes: listWithDefault(scope, ['profile', 'email']).describe('Scopes besides `openid`. Default: profile, email.'),
    hostedDomains: z.array(text()).default([]).describe('Only accounts of these Google Workspace domains may log in.'),
    groups: z
      .array(text())
      .default([])
      .describe('Only members of one of these may log in, and only these are handed on. Addresses of groups.'),
    serviceAccountFilePath: fileName('text')
      .exactOptional()
      .describe('Key file of the service account that reads groups. Absent: the one this machine runs as (GCE, GKE).'),
    domainToAdminEmail: z
      .record(z.string(), text())
      .default({})
      .describe('Whom the service account acts for, by domain of the person; `*` for any.'),
    adminEmail: text().exactOptional().describe('The same for any domain. Deprecated: use `domainToAdminEmail`.'),
    fetchTransitiveGroupMembership: z.boolean().default(false).describe('Hand on groups that hold a group, too.'),
    cloudIdentityGroups: z
      .boolean()
      .default(false)
      .describe(
        'Read groups with a role of the service account, on behalf of nobody (Cloud Identity API). Not in Dex.',
      ),
    promptType: z
      .string()
      .meta(keepEmpty)
      .default('consent')
      .describe(
        '`prompt` when a refresh token is wanted; without `consent` logins cannot be renewed. Default: consent.',
      ),
    rootCAs: rootCAsKey,
  })
  .superRefine(exactlyOne('clientSecret', 'clientSecretFile'))
  .transform(({ issuer: _always, adminEmail, domainToAdminEmail, ...config }) => ({
    ...config,
    domainToAdminEmail: { ...(adminEmail === undefined ? {} : { '*': adminEmail }), ...domainToAdminEmail },
  }))
  .superRefine(({ groups, serviceAccountFilePath, domainToAdminEmail, cloudIdentityGroups }, context) => {
    const hasAdmins = Object.keys(domainToAdminEmail).length > 0;
    if (hasAdmins && cloudIdentityGroups) {
      const both = 'is set besides domainToAdminEmail. Keep one of them: it acts for nobody.';
      context.addIssue({ code: 'custom', path: ['cloudIdentityGroups'], message: both });
    }
    if (hasAdmins || cloudIdentityGroups) return;
    const message = 'is missing. Set it: groups are read on behalf of an administrator. Or set cloudIdentityGroups.';
    if (groups.length === 0 && serviceAccountFilePath === undefined) return;
    context.addIssue({ code: 'custom', path: ['domainToAdminEmail'], message });
  });
