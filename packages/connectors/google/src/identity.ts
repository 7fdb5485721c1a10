/** From Google's claims to an identity, and who may log in. */
import { requireAllowedGroups, someNames } from '@ostiary/connector-sdk';
import { unbelievable } from '@ostiary/connector-sdk/oauth2';
import type { OpenIdAccount, OpenIdAnswer } from '@ostiary/connector-sdk/oidc';
import { OstiaryError } from '@ostiary/primitives';
import { z } from 'zod';
import type { GoogleConfig } from './config.ts';
import type { Directory } from './directory.ts';

const claims = z.object({
  sub: z.string().min(1),
  name: z.string().optional(),
  email: z.string().optional(),
  email_verified: z.unknown(),
  /** Google Workspace domain; absent for an account that no organization manages. */
  hd: z.string().optional(),
});

/**
 * Reads the claims, then the directory where groups are wanted or an allow-list is set.
 *
 * @throws {OstiaryError} `login/not_allowed` for an account of another domain, or in none of the groups that may log
 *   in; `upstream/protocol` for claims of another form; else as the directory says.
 */
export async function identify(
  { idToken, scopes, before }: OpenIdAnswer,
  { config, directory }: { readonly config: GoogleConfig; readonly directory: Directory | undefined },
): Promise<OpenIdAccount> {
  const parsed = claims.safeParse(idToken);
  if (!parsed.success) throw unbelievable({ reason: 'the claims have another form' });
  const { sub, name, email, email_verified: verified, hd } = parsed.data;
  requireDomain(hd, config);
  const wanted = scopes.groups || config.groups.length > 0;
  const member = { id: sub, email: email ?? '', ...(hd === undefined ? {} : { hostedDomain: hd }) };
  const found = wanted && directory !== undefined ? await directory(member) : [];
  return {
    userId: sub,
    // A refreshed token may lack the name.
    username: name ?? before?.username ?? '',
    ...(email ? { email: { address: email, verified: verified === true } } : {}),
    ...(hd === undefined ? {} : { tenant: hd }),
    groups: requireAllowedGroups(found, config.groups),
    claims: { ...idToken },
  };
}

function requireDomain(hd: string | undefined, { hostedDomains }: GoogleConfig): void {
  if (hostedDomains.length === 0 || (hd !== undefined && hostedDomains.includes(hd))) return;
  const message = `Only accounts of ${someNames(hostedDomains)} may log in here. Choose another account at Google.`;
  throw new OstiaryError('login/not_allowed', message, { detail: { hostedDomain: hd ?? null } });
}
