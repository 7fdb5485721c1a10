import {
  atMostOne,
  baseUrl,
  fileName,
  insecureSkipEmailVerifiedKey,
  keepEmpty,
  listWithDefault,
  type Registration,
  registrationKeys,
  rootCAsKey,
  text,
  textLike,
} from '@ostiary/connector-sdk/config';
import { z } from 'zod';

const usernameFields = ['name', 'email', 'mailNickname', 'onPremisesSamAccountName'] as const;

/** The options of the connector, checked. Spelled as in Dex. */
export interface MicrosoftConfig extends Registration {
  readonly clientAssertion?: string;
  readonly tenant: string;
  readonly onlySecurityGroups: boolean;
  readonly groups: readonly string[];
  readonly groupNameFormat: 'name' | 'id';
  readonly useGroupsAsWhitelist: boolean;
  readonly emailToLowercase: boolean;
  readonly insecureSkipEmailVerified: boolean;
  readonly batchGroupLookups: boolean;
  readonly apiURL: string;
  readonly graphURL: string;
  readonly promptType: string;
  readonly domainHint: string;
  readonly scopes: readonly string[];
  readonly preferredUsernameField?: (typeof usernameFields)[number];
  readonly claimFields: readonly string[];
  readonly rootCAs: readonly string[];
}

/** A property of a user at Graph, or one of a schema extension; it goes into a URL. */
const claimField: z.ZodType<string, string> = textLike(
  /^[a-z][a-z0-9_]*$/iu,
  'is no field of an account. Write it as Graph does: department, employeeType.',
);

const flag = (about: string) => z.boolean().default(false).describe(about);

/** Words for many tenants at once, or for none. */
const manyTenants: ReadonlySet<string> = new Set(['common', 'organizations', 'consumers']);

/** True for one tenant, by id or domain. */
export const isOneTenant = ({ tenant }: Pick<MicrosoftConfig, 'tenant'>): boolean => !manyTenants.has(tenant);

/** Dex's options of the connector `microsoft`, and a few more. */
export const microsoftConfig: z.ZodType<MicrosoftConfig> = z
  .object({
    ...registrationKeys,
    clientAssertion: fileName('secret')
      .exactOptional()
      .describe(
        'File with a JWT that stands for the secret (workload identity), read at each use. Wins over a secret.',
      ),
    // A variable that is not set would let anybody in.
    tenant: z
      .string()
      .meta(keepEmpty)
      .regex(/^[a-z0-9.-]+$/iu, 'is no tenant. Write its id, its domain, or common, organizations or consumers.')
      // Microsoft takes these words in any case; here they decide whose groups count.
      .transform((tenant) => (manyTenants.has(tenant.toLowerCase()) ? tenant.toLowerCase() : tenant))
      .default('common')
      .describe('Tenant id or domain; `common`, `organizations`, `consumers`. Default: common.'),
    onlySecurityGroups: flag('Leave Microsoft 365 groups and distribution lists out.'),
    groups: z.array(text()).default([]).describe('Only members of one of these may log in.'),
    groupNameFormat: z
      .enum(['name', 'id'])
      .default('name')
      .describe('Hand on names or ids. Names are not unique at Entra ID. Default: name.'),
    useGroupsAsWhitelist: flag('Hand on only what is in `groups`.'),
    emailToLowercase: flag('Write the address in lower case.'),
    insecureSkipEmailVerified: insecureSkipEmailVerifiedKey('Microsoft'),
    batchGroupLookups: flag('Names are always looked up by the thousand. Read because Dex has it.'),
    apiURL: baseUrl().default('https://login.microsoftonline.com').describe('Login of a national cloud.'),
    graphURL: baseUrl().default('https://graph.microsoft.com').describe('Graph of a national cloud.'),
    promptType: z.string().default('').describe('`prompt` of the login.'),
    domainHint: z.string().default('').describe('`domain_hint` of the login.'),
    scopes: listWithDefault(text(), ['user.read']).describe(
      'Scopes of Graph. `directory.read.all` is added where groups are read and none of these allows it.',
    ),
    preferredUsernameField: z.enum(usernameFields).exactOptional().describe('What becomes `preferred_username`.'),
    claimFields: z
      .array(claimField)
      .default([])
      .describe('Further fields of the account to ask Graph for, for rules: `department`, `jobTitle`. Not in Dex.'),
    rootCAs: rootCAsKey,
  })
  .superRefine(atMostOne('clientSecret', 'clientSecretFile'))
  .superRefine(({ clientSecret, clientSecretFile, clientAssertion }, context) => {
    if (clientSecret !== undefined || clientSecretFile !== undefined || clientAssertion !== undefined) return;
    const message = 'is missing. Set clientSecret or clientSecretFile or clientAssertion.';
    context.addIssue({ code: 'custom', path: ['clientSecret'], message });
  })
  .superRefine((config, context) => {
    if (config.groups.length === 0 || isOneTenant(config)) return;
    const issue = (path: string, message: string): void => context.addIssue({ code: 'custom', path: [path], message });
    if (config.tenant === 'consumers') issue('groups', 'cannot be used: personal accounts have no groups. Remove it.');
    else if (config.groupNameFormat === 'name') {
      issue('groups', 'holds names, and every tenant can have a group of that name. Name the tenant, or use ids.');
    }
  });
