/** From an account of Crowd to an identity, and who may log in. */
import { type ConnectorScopes, type Identity, requireAllowedGroups } from '@ostiary/connector-sdk';
import { OstiaryError } from '@ostiary/primitives';
import type { AtlassianCrowdConfig } from './config.ts';
import type { Crowd, User } from './crowd.ts';

/**
 * The identity of an account. Groups are asked for where the client wants them or an allow-list is set.
 *
 * @throws {OstiaryError} `login/not_allowed` when it may not use this application, or is in none of the groups that may
 *   log in; else as {@link Crowd}.
 */
export async function identityOf(
  account: User,
  scopes: ConnectorScopes,
  { config, crowd }: { readonly config: AtlassianCrowdConfig; readonly crowd: Crowd },
): Promise<Identity> {
  const { key, name, email } = account;
  if (!(await crowd.mayUseApplication(name))) {
    const message = 'Your account may not use this application. Ask your administrator for access.';
    throw new OstiaryError('login/not_allowed', message, { detail: { application: config.clientID } });
  }
  const wanted = scopes.groups || config.groups.length > 0;
  const groups = wanted ? await crowd.groupsOf(name) : [];
  const field = config.preferredUsernameField;
  const preferredUsername = field === undefined ? undefined : account[field];
  return {
    userId: key,
    username: name,
    ...(preferredUsername ? { preferredUsername } : {}),
    ...(email ? { email: { address: email, verified: config.insecureSkipEmailVerified } } : {}),
    groups: requireAllowedGroups(groups, config.groups),
    claims: { ...account },
  };
}
