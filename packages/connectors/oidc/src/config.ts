import {
  atMostOne,
  httpUrl,
  insecureSkipVerifyKey,
  keepEmpty,
  listWithDefault,
  type Registration,
  registrationKeys,
  rootCAsKey,
  secureUrl,
  text,
} from '@ostiary/connector-sdk/config';
import { RE2JS } from 're2js';
import { z } from 'zod';

/** A group that is put together from other claims. */
export interface NewGroup {
  readonly claims: readonly string[];
  readonly delimiter: string;
  readonly clearDelimiter: boolean;
  readonly prefix: string;
}

/** The options of the connector, checked. Spelled as in Dex. */
export interface OidcConfig extends Registration {
  readonly issuer: string;
  readonly issuerAlias?: string;
  readonly providerDiscoveryOverrides: {
    readonly authURL?: string;
    readonly tokenURL?: string;
    readonly jwksURL?: string;
    readonly userInfoURL?: string;
    readonly deviceAuthURL?: string;
    readonly endSessionURL?: string;
  };
  readonly basicAuthUnsupported?: boolean;
  readonly scopes: readonly string[];
  readonly requestOfflineAccess: boolean;
  readonly rootCAs: readonly string[];
  readonly insecureSkipVerify: boolean;
  readonly insecureSkipEmailVerified: boolean;
  readonly insecureEnableGroups: boolean;
  readonly allowedGroups: readonly string[];
  readonly acrValues: readonly string[];
  readonly getUserInfo: boolean;
  readonly userIDKey: string;
  readonly userNameKey: string;
  readonly promptType: string;
  readonly pkceChallenge?: 'S256' | 'plain';
  readonly overrideClaimMapping: boolean;
  readonly claimMapping: { readonly preferred_username?: string; readonly email?: string; readonly groups?: string };
  readonly claimModifications: {
    readonly newGroupFromClaims: readonly NewGroup[];
    /** RE2, which takes linear time whatever the expression. */
    readonly groupsFilter?: RE2JS;
    readonly prefix: string;
    readonly suffix: string;
  };
}

const list = (about: string) => z.array(text()).default([]).describe(about);
const flag = (about: string) => z.boolean().default(false).describe(about);

const expression: z.ZodType<RE2JS, string> = z.string().transform((source, context) => {
  try {
    return RE2JS.compile(source);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'unknown syntax';
    context.addIssue(`is no RE2 expression (${why}). Correct it: without the filter every group would pass.`);
    return z.NEVER;
  }
});

const newGroup = z.object({
  claims: z.array(text()).min(1, 'is empty. Name the claims to join.').describe('Claims to join.'),
  delimiter: z.string().default('').describe('Text between them.'),
  clearDelimiter: flag('Remove the delimiter from the claims before they are joined.'),
  prefix: z.string().default('').describe('Text in front.'),
});

const modifications = z
  .object({
    newGroupFromClaims: z.array(newGroup).default([]).describe('Groups put together from other claims.'),
    filterGroupClaims: z
      .object({ groupsFilter: expression.exactOptional().describe('Keep groups that match this RE2 expression.') })
      .default({}),
    modifyGroupNames: z
      .object({
        prefix: z.string().default('').describe('Text in front of each group.'),
        suffix: z.string().default('').describe('Text behind each group.'),
      })
      .default({ prefix: '', suffix: '' }),
  })
  .transform(({ filterGroupClaims, modifyGroupNames, newGroupFromClaims }) => ({
    newGroupFromClaims,
    ...filterGroupClaims,
    ...modifyGroupNames,
  }));

const overrides = z.object({
  authURL: secureUrl().exactOptional().describe('Authorization endpoint.'),
  tokenURL: secureUrl().exactOptional().describe('Token endpoint.'),
  jwksURL: secureUrl().exactOptional().describe('Key set.'),
  userInfoURL: secureUrl().exactOptional().describe('Userinfo endpoint.'),
  deviceAuthURL: httpUrl().exactOptional().describe('Not used; read because Dex has it.'),
  endSessionURL: secureUrl().exactOptional().describe('Logout endpoint.'),
});

const mapping = z.object({
  preferred_username: text().exactOptional().describe('Claim with the login name.'),
  email: text().exactOptional().describe('Claim with the address.'),
  groups: text().exactOptional().describe('Claim with the groups.'),
});

/** Dex's options of the connector `oidc`, and `clientSecretFile`. */
export const oidcConfig: z.ZodType<OidcConfig> = z
  .object({
    issuer: secureUrl().describe('The provider. What its tokens carry as `iss`, byte for byte.'),
    issuerAlias: text()
      .exactOptional()
      .describe('What tokens carry as `iss`, where the provider does not use its own.'),
    ...registrationKeys,
    clientSecret: registrationKeys.clientSecret.describe('Client secret. Absent: a public client.'),
    providerDiscoveryOverrides: overrides.default({}).describe('Endpoints instead of those of the discovery document.'),
    basicAuthUnsupported: z
      .boolean()
      .exactOptional()
      .describe('`true`: send the secret in the body. `false`: in the header.'),
    scopes: listWithDefault(text(), ['profile', 'email']).describe('Scopes besides `openid`. Default: profile, email.'),
    requestOfflineAccess: z
      .boolean()
      .default(true)
      .describe('Add `offline_access` when a refresh token is wanted and the provider lists it. Not in Dex.'),
    hostedDomains: z
      .array(z.string())
      .max(0, 'was removed. Use the connector for Google, or allowedGroups.')
      .exactOptional()
      .describe('Refused; Dex has it no more either.'),
    rootCAs: rootCAsKey,
    insecureSkipVerify: insecureSkipVerifyKey,
    insecureSkipEmailVerified: flag('Take an address as verified when the provider does not say.'),
    insecureEnableGroups: flag('Hand on the groups of the provider.'),
    allowedGroups: list('Only members of one of these may log in. Always enforced.'),
    acrValues: list('`acr_values` to ask for.'),
    getUserInfo: flag('Ask the userinfo endpoint as well; its claims win.'),
    userIDKey: text().default('sub').describe('Claim with the immutable id. Default: `sub`.'),
    userNameKey: text().default('name').describe('Claim with the name to show. Default: `name`.'),
    promptType: z
      .string()
      .meta(keepEmpty)
      .default('consent')
      .describe('`prompt` when a refresh token is wanted. Empty: none. Default: consent.'),
    pkceChallenge: z.enum(['S256', 'plain']).exactOptional().describe('PKCE method. Default: S256.'),
    overrideClaimMapping: flag('Use `claimMapping` even where the standard claim is there.'),
    claimMapping: mapping.default({}).describe('Claims to read where the standard one is missing.'),
    claimModifications: modifications
      .default({ newGroupFromClaims: [], prefix: '', suffix: '' })
      .describe('Changes to groups.'),
  })
  .superRefine(atMostOne('clientSecret', 'clientSecretFile'))
  .transform(({ hostedDomains: _refused, ...config }) => config);
