/** Who an access token belongs to. */
import type { Email } from '@ostiary/connector-sdk';
import { type Api, openApi, refusedReason, refusedStatus } from '@ostiary/connector-sdk/api';
import type { Account, AccountQuestion } from '@ostiary/connector-sdk/oauth2';
import { type Fetch, OstiaryError } from '@ostiary/primitives';
import { emails, type User, user } from './answers.ts';
import type { GiteaConfig } from './config.ts';
import { readForbidden } from './forbidden.ts';
import { groupsOf } from './groups.ts';

/**
 * Asks Gitea. The user id is the number of the account, which stays when its name changes.
 *
 * @throws {OstiaryError} `login/not_allowed` for an account that may not log in there, or is in none of the
 *   organizations that may log in here; else as `openApi` says.
 */
export async function identify(
  { accessToken, scopes }: AccountQuestion,
  { config, fetch }: { readonly config: GiteaConfig; readonly fetch: Fetch },
): Promise<Account> {
  const api = openApi({ fetch, baseUrl: config.baseURL, accessToken, forbidden: readForbidden });
  const account = await api.get('/api/v1/user', user).catch((error: unknown): never => {
    throw whyNot(error);
  });
  if (account.active === false || account.prohibit_login === true) throw disabled();
  const [email, groups] = await Promise.all([emailOf(api, account), groupsOf(api, config, scopes.groups)]);
  const { id, login, full_name: fullName } = account;
  return {
    userId: config.useLoginAsID ? login : String(id),
    username: fullName || account.email || login,
    preferredUsername: login,
    ...(email === undefined ? {} : { email }),
    groups,
    claims: { ...account },
  };
}

/** The address of the account; verified when the list of its addresses says so. */
async function emailOf(api: Api, { email: address }: User): Promise<Email | undefined> {
  if (!address) return undefined;
  const listed = await api.find('/api/v1/user/emails', emails).catch((error: unknown) => {
    if (refusedStatus(error) === 403) return undefined;
    throw error;
  });
  const same = listed?.find(({ email }) => email.toLowerCase() === address.toLowerCase());
  return { address, verified: same?.verified === true };
}

/** A login that ends lets the person come back by way of Gitea, which asks for the new password there. */
function whyNot(error: unknown): unknown {
  const reason = refusedReason(error);
  if (reason === 'password') {
    return new OstiaryError('login/not_allowed', 'Change your password at the provider, then log in again.');
  }
  return reason === 'disabled' ? disabled() : error;
}

function disabled(): OstiaryError {
  return new OstiaryError('login/not_allowed', 'Your account at the provider may not log in.');
}
