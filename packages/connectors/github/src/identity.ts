/** Who an access token belongs to. */
import { openApi, refusedReason } from '@ostiary/connector-sdk/api';
import type { Account, AccountQuestion } from '@ostiary/connector-sdk/oauth2';
import { type Fetch, OstiaryError } from '@ostiary/primitives';
import { type User, user } from './answers.ts';
import type { GitHubConfig } from './config.ts';
import { emailOf } from './email.ts';
import { apiHeaders, apiUrl } from './endpoints.ts';
import { readForbidden } from './forbidden.ts';
import { groupsOf } from './groups.ts';
import type { OnHidden } from './teams.ts';

/**
 * Asks GitHub. The user id is the number of the account, which stays when its name changes.
 *
 * @throws {OstiaryError} `login/not_allowed` for a suspended account, or one in none of the organizations that may log
 *   in; else as `openApi` says.
 */
export async function identify(
  { accessToken, scopes }: AccountQuestion,
  { config, fetch, onHidden }: { readonly config: GitHubConfig; readonly fetch: Fetch; readonly onHidden: OnHidden },
): Promise<Account> {
  const api = openApi({ fetch, baseUrl: apiUrl(config), accessToken, headers: apiHeaders, forbidden: readForbidden });
  const account = await api.get('/user', user).catch((error: unknown): never => {
    throw refusedReason(error) === 'suspended' ? suspended() : error;
  });
  const [email, groups] = await Promise.all([
    emailOf(api, account, config),
    groupsOf({ api, login: account.login, wanted: scopes.groups, onHidden }, config),
  ]);
  return { ...names(account, config), ...(email === undefined ? {} : { email }), groups, claims: { ...account } };
}

function names({ id, login, name }: User, { useLoginAsID }: GitHubConfig): Omit<Account, 'groups' | 'claims'> {
  return { userId: useLoginAsID ? login : String(id), username: name || login, preferredUsername: login };
}

function suspended(): OstiaryError {
  return new OstiaryError('login/not_allowed', 'Your GitHub account is suspended.');
}
