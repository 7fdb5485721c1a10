/** Who an access token belongs to. */
import type { Email } from '@ostiary/connector-sdk';
import { type Api, openApi } from '@ostiary/connector-sdk/api';
import type { Account, AccountQuestion } from '@ostiary/connector-sdk/oauth2';
import { type Fetch, OstiaryError } from '@ostiary/primitives';
import { emails, user } from './answers.ts';
import type { BitbucketCloudConfig } from './config.ts';
import { groupsOf } from './groups.ts';

/**
 * Asks Bitbucket. The user id is the UUID of the account, in braces as Bitbucket writes it.
 *
 * @throws {OstiaryError} `login/not_allowed` for a closed account, or one in none of the workspaces that may log in;
 *   else as `openApi` says.
 */
export async function identify(
  { accessToken, scopes }: AccountQuestion,
  { config, fetch }: { readonly config: BitbucketCloudConfig; readonly fetch: Fetch },
): Promise<Account> {
  const api = openApi({ fetch, baseUrl: 'https://api.bitbucket.org/2.0', accessToken });
  const account = await api.get('/user', user);
  if (account.account_status !== undefined && account.account_status !== 'active') {
    throw new OstiaryError('login/not_allowed', 'Your account at Bitbucket is not active.');
  }
  const [email, groups] = await Promise.all([primaryEmail(api), groupsOf(api, config, scopes.groups)]);
  const login = account.username ?? account.nickname;
  return {
    userId: account.uuid,
    username: login ?? account.display_name ?? '',
    ...(login === undefined ? {} : { preferredUsername: login }),
    ...(email === undefined ? {} : { email }),
    groups,
    claims: { ...account },
  };
}

/** The primary address, if Bitbucket has had it confirmed. */
async function primaryEmail(api: Api): Promise<Email | undefined> {
  const pages = await api.pages('/user/emails?pagelen=100', { schema: emails, next: ({ page }) => page.next });
  const primary = pages.flatMap(({ values }) => values).find((one) => one.is_primary && one.is_confirmed);
  return primary && { address: primary.email, verified: primary.is_confirmed };
}
