/** Who an access token belongs to. */
import { requireAllowedGroups, uniqueGroups } from '@ostiary/connector-sdk';
import { openApi } from '@ostiary/connector-sdk/api';
import type { Account, AccountQuestion } from '@ostiary/connector-sdk/oauth2';
import type { Fetch } from '@ostiary/primitives';
import { z } from 'zod';
import type { TemplateNameConfig } from './config.ts';

/** `GET /api/user`, as far as it is read. */
const user = z.object({
  id: z.int(),
  login: z.string().min(1),
  name: z.string().nullish(),
  email: z.string().nullish(),
  groups: z.array(z.string()).default([]),
});

/**
 * Asks Template Name. The user id is the number of the account, which stays when its name changes.
 *
 * @throws {OstiaryError} `login/not_allowed` for an account in none of the groups that may log in; else as `openApi`
 *   says.
 */
export async function identify(
  { accessToken }: AccountQuestion,
  { config, fetch }: { readonly config: TemplateNameConfig; readonly fetch: Fetch },
): Promise<Account> {
  const api = openApi({ fetch, baseUrl: config.baseURL, accessToken });
  const { id, login, name, email, groups } = await api.get('/api/user', user);
  return {
    userId: String(id),
    username: name || login,
    preferredUsername: login,
    // Template Name does not say whether the address is verified.
    ...(email ? { email: { address: email, verified: false } } : {}),
    groups: requireAllowedGroups(uniqueGroups(groups), config.groups),
  };
}
