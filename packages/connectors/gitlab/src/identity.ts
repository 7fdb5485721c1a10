/** Who an access token belongs to. */
import type { Email } from '@ostiary/connector-sdk';
import { openApi, refusedReason } from '@ostiary/connector-sdk/api';
import type { Account, AccountQuestion } from '@ostiary/connector-sdk/oauth2';
import { type Fetch, OstiaryError } from '@ostiary/primitives';
import { type User, user } from './answers.ts';
import type { GitLabConfig } from './config.ts';
import { readForbidden } from './forbidden.ts';
import { groupsOf } from './groups.ts';

/**
 * Asks GitLab. The user id is the number of the account, which stays when its name changes.
 *
 * @throws {OstiaryError} `login/not_allowed` for a blocked account, or one in none of the groups that may log in; else
 *   as `openApi` says.
 */
export async function identify(
  { accessToken, scopes }: AccountQuestion,
  { config, fetch }: { readonly config: GitLabConfig; readonly fetch: Fetch },
): Promise<Account> {
  const api = openApi({ fetch, baseUrl: config.baseURL, accessToken, forbidden: readForbidden });
  const account = await api.get('/api/v4/user', user).catch((error: unknown): never => {
    throw refusedReason(error) === 'blocked' ? blocked() : error;
  });
  if (account.state !== undefined && account.state !== 'active') throw blocked();
  const groups = await groupsOf({ api, userId: account.id, wanted: scopes.groups }, config);
  return { ...names(account, config), ...emailOf(account), groups, claims: { ...account } };
}

function names(account: User, { useLoginAsID }: GitLabConfig): Omit<Account, 'groups' | 'email' | 'claims'> {
  const { id, username, name, email } = account;
  return {
    userId: useLoginAsID ? username : String(id),
    username: name || email || username,
    preferredUsername: username,
  };
}

/** A new address becomes `email` only once it has been confirmed, so the time of a confirmation is about this one. */
const emailOf = ({ email, confirmed_at: confirmedAt }: User): { readonly email?: Email } =>
  email ? { email: { address: email, verified: Boolean(confirmedAt) } } : {};

function blocked(): OstiaryError {
  return new OstiaryError('login/not_allowed', 'GitLab refuses your account: it is not active.');
}
