import { text, textLike } from '@ostiary/connector-sdk/config';
import type { Filter } from 'ldapts';
import { z } from 'zod';
import { claimAttributes } from './claim-attributes.ts';
import { type ConnectionConfig, checkConnection, connectionKeys } from './connection-config.ts';
import { parseFilter } from './filter.ts';

/** How people are found. */
export interface UserSearch {
  readonly baseDN: string;
  readonly filter?: Filter;
  /** Attributes that what was typed is compared with. */
  readonly username: readonly string[];
  readonly scope: 'sub' | 'one';
  readonly idAttr: string;
  readonly emailAttr?: string;
  readonly nameAttr?: string;
  readonly preferredUsernameAttr?: string;
  readonly emailSuffix?: string;
  /** Attributes for rules of the operator. */
  readonly claimAttrs?: readonly string[];
}

/** How a person and their groups belong together. */
export interface UserMatcher {
  readonly userAttr: string;
  /** The name of an attribute, perhaps with a matching rule: `member:1.2.840.113556.1.4.1941:`. */
  readonly groupAttr: string;
  /** The same, of a group that holds a group. */
  readonly recursionGroupAttr?: string;
}

/** How groups are found. */
export interface GroupSearch {
  readonly baseDN: string;
  readonly filter?: Filter;
  readonly scope: 'sub' | 'one';
  readonly userMatchers: readonly UserMatcher[];
  readonly nameAttr: string;
}

/** The options of the connector, checked. Spelled as in Dex. */
export interface LdapConfig extends ConnectionConfig {
  readonly userSearch: UserSearch;
  readonly groupSearch?: GroupSearch;
}

/** The name of an attribute (RFC 4512 section 2.5), as a part of a configuration. */
export const attributeName: z.ZodType<string, string> = textLike(
  /^[a-z0-9][a-z0-9.;-]*$/iu,
  'is no name of an attribute. Write it like uid or memberOf.',
);

/**
 * An attribute, or one with a matching rule as RFC 4515 writes it before the `=`: Dex puts either in front of the value,
 * so that people use it for nested groups in Active Directory. `:dn:` would be no rule, but a flag.
 */
const ruledAttribute: z.ZodType<string, string> = textLike(
  /^[a-z0-9][a-z0-9.;-]*(?::(?!dn:)[a-z0-9][a-z0-9.-]*:)?$/iu,
  'is no name of an attribute. Write it like member, or member:1.2.840.113556.1.4.1941: with a matching rule.',
);

const scope = z.enum(['sub', 'one']).default('sub').describe('`sub`: the whole tree; `one`: one level. Default: sub.');

/** A search filter (RFC 4515), as a part of a configuration. */
export const searchFilter: z.ZodType<Filter, string> = z.string().transform((source, context): Filter => {
  try {
    return parseFilter(source);
  } catch {
    context.addIssue('is no LDAP filter (RFC 4515). Write it like (objectClass=person).');
    return z.NEVER;
  }
});

const usernames = z.union([
  attributeName.transform((one) => [one]),
  z.array(attributeName).min(1, 'is empty. Name an attribute.'),
]);

const userSearch: z.ZodType<UserSearch> = z
  .object({
    baseDN: text().describe('Where people are.'),
    filter: searchFilter.exactOptional().describe('Only entries that match may log in.'),
    username: usernames.describe('Attribute that what was typed is compared with, or a list of them.'),
    scope,
    idAttr: attributeName.describe('Attribute with the immutable id; a part of `sub`. `DN` is the name of the entry.'),
    emailAttr: attributeName.exactOptional().describe('Attribute with the address.'),
    nameAttr: attributeName.exactOptional().describe('Attribute with the name to show.'),
    preferredUsernameAttr: attributeName.exactOptional().describe('Attribute with `preferred_username`.'),
    emailSuffix: text().exactOptional().describe('The address is the name, `@` and this, instead of `emailAttr`.'),
    claimAttrs: claimAttributes
      .exactOptional()
      .describe('Further attributes, for rules: `[departmentNumber, title]`. Not those with passwords. Not in Dex.'),
  })
  .superRefine(({ emailSuffix, nameAttr }, context) => {
    if (emailSuffix === undefined || nameAttr !== undefined) return;
    const message = 'needs nameAttr: the address begins with the name. Set nameAttr, or use emailAttr.';
    context.addIssue({ code: 'custom', path: ['emailSuffix'], message });
  });

const matcher = z.object({
  userAttr: attributeName.describe('Attribute of the person.'),
  groupAttr: ruledAttribute.describe(
    'Attribute of the group that holds it, with or without a matching rule, like `member:1.2.840.113556.1.4.1941:`.',
  ),
  recursionGroupAttr: ruledAttribute
    .exactOptional()
    .describe('Attribute by which a group names the groups inside it, with or without a matching rule.'),
});

const groupSearch: z.ZodType<GroupSearch | undefined> = z
  .object({
    baseDN: z.string().default('').describe('Where groups are. Empty: no groups.'),
    filter: searchFilter.exactOptional().describe('Only entries that match are groups.'),
    scope,
    userMatchers: z.array(matcher).default([]).describe('How people and groups belong together.'),
    userAttr: attributeName.exactOptional().describe('Older form of one matcher.'),
    groupAttr: ruledAttribute.exactOptional().describe('Older form of one matcher.'),
    recursionGroupAttr: ruledAttribute.exactOptional().describe('Older form of one matcher.'),
    nameAttr: attributeName.exactOptional().describe('Attribute with the name of the group.'),
  })
  .transform((search, context): GroupSearch | undefined => {
    if (search.baseDN === '') return undefined;
    const { userAttr, groupAttr, recursionGroupAttr, nameAttr, ...rest } = search;
    const older =
      userAttr !== undefined && groupAttr !== undefined ? [{ userAttr, groupAttr, recursionGroupAttr }] : [];
    const userMatchers = search.userMatchers.length > 0 ? search.userMatchers : older.map(withoutUndefined);
    if (userMatchers.length === 0) {
      context.addIssue({ code: 'custom', path: ['userMatchers'], message: 'is missing. Add a matcher.' });
    }
    if (nameAttr === undefined) {
      context.addIssue({ code: 'custom', path: ['nameAttr'], message: 'is missing. Add it, for example cn.' });
      return z.NEVER;
    }
    return { ...rest, userMatchers, nameAttr };
  });

function withoutUndefined(one: {
  readonly userAttr: string;
  readonly groupAttr: string;
  readonly recursionGroupAttr: string | undefined;
}): UserMatcher {
  const { recursionGroupAttr, ...pair } = one;
  return recursionGroupAttr === undefined ? pair : { ...pair, recursionGroupAttr };
}

const kerberos = z.object({
  enabled: z
    .boolean()
    .default(false)
    .refine((on) => !on, 'cannot be switched on: Ostiary has no Kerberos. Remove it; people type their password.')
    .describe('Refused when `true`.'),
  keytabPath: z.string().exactOptional().describe('Not used.'),
  spn: z.string().exactOptional().describe('Not used.'),
  keytabPrincipal: z.string().exactOptional().describe('Not used.'),
  maxClockSkew: z.number().exactOptional().describe('Not used.'),
  expectedRealm: z.string().exactOptional().describe('Not used.'),
  usernameFromPrincipal: z.string().exactOptional().describe('Not used.'),
  fallbackToPassword: z.boolean().exactOptional().describe('Not used.'),
});

/** Dex's options of the connector `ldap`, and a few more. */
export const ldapConfig: z.ZodType<LdapConfig> = z
  .object({
    ...connectionKeys,
    userSearch: userSearch.describe('How people are found.'),
    groupSearch: groupSearch.exactOptional().describe('How groups are found. Absent: no groups.'),
    kerberos: kerberos.exactOptional().describe('Dex has single sign-on with Kerberos; Ostiary has not.'),
  })
  .superRefine(checkConnection)
  .superRefine((config, context) => {
    const issue = (path: string, message: string): void => context.addIssue({ code: 'custom', path: [path], message });
    if (config.allowedGroups.length > 0 && config.groupSearch === undefined) {
      issue('groupSearch', 'is missing. Set it: allowedGroups is compared with the groups that are found.');
    }
  })
  .transform(({ kerberos: _refused, groupSearch: groups, ...config }) => ({
    ...config,
    ...(groups === undefined ? {} : { groupSearch: groups }),
  }));
