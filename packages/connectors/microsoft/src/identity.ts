/** Who an access token belongs to. */
import { openApi, refusedStatus } from '@ostiary/connector-sdk/api';
import { type Account, type AccountQuestion, claimsInside } from '@ostiary/connector-sdk/oauth2';
import { type Fetch, isOstiaryError, OstiaryError, type Secret } from '@ostiary/primitives';
import { type User, user, userFields } from './answers.ts';
import { isOneTenant, type MicrosoftConfig } from './config.ts';
import { groupsOf } from './groups.ts';

/**
 * Asks Microsoft Graph. The user id is the object id of the account, which never changes; the address, which can be
 * changed and given to somebody else, is only an address.
 *
 * @throws {OstiaryError} `login/not_allowed` for an account in none of the groups that may log in; else as `openApi`
 *   says.
 */
export async function identify(
  { accessToken, scopes }: AccountQuestion,
  { config, fetch }: { readonly config: MicrosoftConfig; readonly fetch: Fetch },
): Promise<Account> {
  const api = openApi({ fetch, baseUrl: config.graphURL, accessToken });
  const fields = [...new Set([...userFields, ...config.claimFields])];
  const account = await api.get(`/v1.0/me?$select=${fields.join(',')}`, user).catch((error: unknown): never => {
    throw whyNot(error, config);
  });
  const groups = await groupsOf(api, config, scopes.groups);
  const tenant = tenantOf(config, accessToken);
  const address = addressOf(account, config);
  const preferredUsername = preferredOf(account, address, config);
  return {
    userId: account.id,
    username: account.displayName ?? '',
    ...(preferredUsername ? { preferredUsername } : {}),
    ...(address ? { email: { address, verified: config.insecureSkipEmailVerified } } : {}),
    ...(tenant === undefined ? {} : { tenant }),
    groups,
    claims: { ...account },
  };
}

/** Graph refuses all of the question for one field that it does not know, or that this app may not read. */
function whyNot(error: unknown, { claimFields }: MicrosoftConfig): unknown {
  const isOurs = claimFields.length > 0 && [400, 403].includes(refusedStatus(error) ?? 0);
  if (!isOurs || !isOstiaryError(error)) return error;
  const remedy = `see that Graph has, and lets this app read, what is in claimFields: ${claimFields.join(', ')}`;
  return new OstiaryError(error.code, error.message, { cause: error, detail: { ...error.detail, remedy } });
}

function addressOf({ userPrincipalName }: User, { emailToLowercase }: MicrosoftConfig): string {
  const address = userPrincipalName ?? '';
  return emailToLowercase ? address.toLowerCase() : address;
}

function preferredOf(account: User, address: string, { preferredUsernameField: field }: MicrosoftConfig): string {
  if (field === undefined) return '';
  if (field === 'email') return address;
  return account[field === 'name' ? 'displayName' : field] ?? '';
}

/** The tenant of the configuration; with many, the one the token says it is for. */
function tenantOf(config: MicrosoftConfig, accessToken: Secret): string | undefined {
  if (isOneTenant(config)) return config.tenant;
  const tid = claimsInside(accessToken)?.tid;
  return typeof tid === 'string' ? tid : undefined;
}
