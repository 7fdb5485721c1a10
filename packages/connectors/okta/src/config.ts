import {
  baseUrl,
  exactlyOne,
  insecureSkipVerifyKey,
  type Registration,
  registrationKeys,
  rootCAsKey,
  text,
} from '@ostiary/connector-sdk/config';
import { z } from 'zod';

/** The options of the connector, checked. Dex has no such connector; its `oidc` serves for Okta there. */
export interface OktaConfig extends Registration {
  readonly orgURL: string;
  readonly authorizationServer?: string;
  readonly scopes: readonly string[];
  readonly groupsClaim: string;
  readonly allowedGroups: readonly string[];
  readonly rootCAs: readonly string[];
  readonly insecureSkipVerify: boolean;
}

/** The options of the connector `okta`. */
export const oktaConfig: z.ZodType<OktaConfig> = z
  .object({
    ...registrationKeys,
    orgURL: baseUrl().describe('The organization, like https://example.okta.com, or its own domain.'),
    authorizationServer: z
      .string()
      .regex(/^[a-z0-9]+$/iu, 'is no id of an authorization server. Write default, or the id from the admin console.')
      .exactOptional()
      .describe('Id of a custom authorization server, or `default`. Absent: that of the organization.'),
    scopes: z
      .array(text())
      .default(['profile', 'email', 'groups'])
      .describe('Scopes besides `openid` and `offline_access`. Default: profile, email, groups.'),
    groupsClaim: text().default('groups').describe('Claim with the groups. Default: `groups`.'),
    allowedGroups: z.array(text()).default([]).describe('Only members of one of these may log in.'),
    rootCAs: rootCAsKey,
    insecureSkipVerify: insecureSkipVerifyKey,
  })
  .superRefine(exactlyOne('clientSecret', 'clientSecretFile'));

/** What the tokens carry as `iss`: the organization, or one of its custom authorization servers. */
export function issuerOf({ orgURL, authorizationServer }: Pick<OktaConfig, 'orgURL' | 'authorizationServer'>): string {
  return authorizationServer === undefined ? orgURL : `${orgURL}/oauth2/${authorizationServer}`;
}
