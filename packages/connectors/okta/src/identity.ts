/** From Okta's claims to an identity, and who may log in. */
import { type Email, requireAllowedGroups, uniqueGroups } from '@ostiary/connector-sdk';
import { unbelievable } from '@ostiary/connector-sdk/oauth2';
import type { Claims, OpenIdAccount, OpenIdAnswer } from '@ostiary/connector-sdk/oidc';
import { z } from 'zod';
import type { OktaConfig } from './config.ts';

const groups = z.union([z.string().transform((one) => [one]), z.array(z.string())]);

/**
 * Reads the claims. Thin ID tokens leave out what userinfo has, so both are read; userinfo wins. An address counts as
 * verified only by the document that has it.
 *
 * @throws {OstiaryError} `login/not_allowed` when none of the groups is in `allowedGroups`; `upstream/protocol` for
 *   groups that cannot be read.
 */
export function identityOf({ idToken, userinfo }: OpenIdAnswer, config: OktaConfig): OpenIdAccount {
  const claims = { ...idToken, ...userinfo };
  const { name, preferred_username: login } = claims;
  const email = emailOf(userinfo) ?? emailOf(idToken);
  return {
    userId: claims.sub,
    username: typeof name === 'string' ? name : '',
    ...(typeof login === 'string' && login !== '' ? { preferredUsername: login } : {}),
    ...(email === undefined ? {} : { email }),
    groups: groupsOf(claims, config),
    claims,
  };
}

function emailOf(claims: Claims | undefined): Email | undefined {
  if (typeof claims?.email !== 'string' || claims.email === '') return undefined;
  return { address: claims.email, verified: claims.email_verified === true };
}

function groupsOf(claims: Claims, { groupsClaim, allowedGroups }: OktaConfig): readonly string[] {
  const value = claims[groupsClaim];
  const parsed = groups.safeParse(value ?? []);
  if (!parsed.success) throw unbelievable({ reason: `malformed "${groupsClaim}" claim`, claim: groupsClaim });
  return requireAllowedGroups(uniqueGroups(parsed.data), allowedGroups);
}
