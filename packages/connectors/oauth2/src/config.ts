import {
  atMostOne,
  insecureSkipVerifyKey,
  type Registration,
  registrationKeys,
  rootCAsKey,
  secureUrl,
  text,
} from '@ostiary/connector-sdk/config';
import { z } from 'zod';

/** Which fields of the user endpoint's answer are read. A dot leads into an object: `profile.mail`. */
export interface ClaimMapping {
  readonly userNameKey: string;
  readonly preferredUsernameKey: string;
  readonly groupsKey: string;
  readonly emailKey: string;
  readonly emailVerifiedKey: string;
}

/** The options of the connector, checked. Spelled as in Dex. */
export interface OAuth2Config extends Registration {
  readonly authorizationURL: string;
  readonly tokenURL: string;
  readonly userInfoURL: string;
  readonly issuer?: string;
  readonly basicAuthUnsupported: boolean;
  readonly scopes: readonly string[];
  readonly rootCAs: readonly string[];
  readonly insecureSkipVerify: boolean;
  /** In the documentation of Dex, but not in its code; it does nothing. */
  readonly insecureSkipEmailVerified: boolean;
  readonly userIDKey: string;
  readonly numericIDs: 'dex' | 'decimal';
  readonly allowedGroups: readonly string[];
  readonly claimMapping: ClaimMapping;
}

const field = (name: string, about: string) => text().default(name).describe(`${about} Default: \`${name}\`.`);

const mapping = z.object({
  userNameKey: field('user_name', 'Field with the name to show.'),
  preferredUsernameKey: field('preferred_username', 'Field with the login name.'),
  groupsKey: field('groups', 'Field with the groups.'),
  emailKey: field('email', 'Field with the address.'),
  emailVerifiedKey: field('email_verified', 'Field that says, with `true`, that the address is verified.'),
});

/** Dex's options of the connector `oauth`, and a few more. */
export const oauth2Config: z.ZodType<OAuth2Config> = z
  .object({
    ...registrationKeys,
    clientSecret: registrationKeys.clientSecret.describe('Client secret. Absent: a public client.'),
    authorizationURL: secureUrl().describe('Authorization endpoint.'),
    tokenURL: secureUrl().describe('Token endpoint.'),
    userInfoURL: secureUrl().describe('Endpoint that tells, as JSON, whose an access token is.'),
    issuer: text()
      .exactOptional()
      .describe('What the provider calls itself, to compare with `iss` of its answers (RFC 9207). Not in Dex.'),
    basicAuthUnsupported: z
      .boolean()
      .default(false)
      .describe('Send the secret in the body instead of the header. Dex tries both.'),
    scopes: z.array(text()).default([]).describe('Scopes to ask for.'),
    rootCAs: rootCAsKey,
    insecureSkipVerify: insecureSkipVerifyKey,
    insecureSkipEmailVerified: z
      .boolean()
      .default(false)
      .describe('Does nothing, as in Dex, whose documentation has it. See `claimMapping.emailVerifiedKey`.'),
    userIDKey: field('id', 'Field with the immutable id, a text or a number.'),
    numericIDs: z
      .enum(['dex', 'decimal'])
      .default('dex')
      .describe('How a number becomes a user id: `dex` writes 12345678 as `1.2345678e+07`, as Dex does. Default: dex.'),
    allowedGroups: z.array(text()).default([]).describe('Only members of one of these may log in. Not in Dex.'),
    claimMapping: mapping.prefault({}).describe('Which fields are read.'),
  })
  .superRefine(atMostOne('clientSecret', 'clientSecretFile'));
