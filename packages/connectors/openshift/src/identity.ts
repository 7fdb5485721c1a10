/** Who an access token belongs to. */
import { requireAllowedGroups, uniqueGroups } from '@ostiary/connector-sdk';
import { openApi } from '@ostiary/connector-sdk/api';
import type { Account, AccountQuestion } from '@ostiary/connector-sdk/oauth2';
import { type Fetch, OstiaryError } from '@ostiary/primitives';
import { z } from 'zod';
import type { OpenShiftConfig } from './config.ts';

/** `GET /apis/user.openshift.io/v1/users/~`. The whole of it is for the operator's rules, so what is not read here stays in. */
const user = z.looseObject({
  metadata: z.looseObject({ name: z.string().min(1), uid: z.string().optional() }),
  groups: z.array(z.string()).nullish(),
});

/**
 * Asks the API server. The user id is the UID of the user object; the name serves as login name and address, as in
 * Dex, and nobody says that it is verified.
 *
 * @throws {OstiaryError} `login/not_allowed` for a user in none of the groups that may log in, and for `kube:admin`,
 *   which has no UID; else as `openApi` says.
 */
export async function identify(
  { accessToken }: AccountQuestion,
  { config, fetch }: { readonly config: OpenShiftConfig; readonly fetch: Fetch },
): Promise<Account> {
  const api = openApi({ fetch, baseUrl: config.issuer, accessToken });
  const account = await api.get('/apis/user.openshift.io/v1/users/~', user);
  const { name, uid } = account.metadata;
  if (!uid) throw new OstiaryError('login/not_allowed', `The user ${name} has no id of its own. Use another one.`);
  const found = uniqueGroups(account.groups ?? []);
  requireAllowedGroups(found, config.groups);
  return {
    userId: uid,
    username: name,
    preferredUsername: name,
    email: { address: name, verified: false },
    groups: found,
    claims: account,
  };
}
