/** From Entra ID's groups to ours, and who may log in. */
import { requireAllowedGroups, uniqueGroups } from '@ostiary/connector-sdk';
import { type Api, refusedStatus } from '@ostiary/connector-sdk/api';
import pMap from 'p-map';
import { memberGroups, groups as namedGroups, type Page } from './answers.ts';
import { isOneTenant, type MicrosoftConfig } from './config.ts';

/** Ids in one lookup: Graph refuses more. */
const lookupSize = 1000;

/**
 * Whether groups must be read: for the client, or for the allow-list. From many tenants at once no groups are handed
 * on, since everybody can found a tenant with a group of any name.
 */
export function needsGroups(config: MicrosoftConfig, wanted: boolean): boolean {
  return config.groups.length > 0 || (wanted && isOneTenant(config));
}

/**
 * The groups of an account, those that hold its groups included.
 *
 * @throws {OstiaryError} `login/not_allowed` when it is in none of the groups that may log in.
 */
export async function groupsOf(api: Api, config: MicrosoftConfig, wanted: boolean): Promise<readonly string[]> {
  if (!needsGroups(config, wanted)) return [];
  const ids = await listIds(api, config);
  const found = uniqueGroups(config.groupNameFormat === 'id' ? ids : await namesOf(api, ids));
  const allowed = requireAllowedGroups(found, config.groups);
  if (!config.useGroupsAsWhitelist) return found;
  return config.groups.length === 0 ? [] : allowed;
}

async function listIds(api: Api, config: MicrosoftConfig): Promise<readonly string[]> {
  const body = { securityEnabledOnly: config.onlySecurityGroups };
  try {
    const pages = await api.pages('/v1.0/me/getMemberGroups', { schema: memberGroups, body, next: nextOf });
    return pages.flatMap(({ value }) => value);
  } catch (error) {
    // A personal account has no directory, and so no groups. In a tenant of its own nobody has one.
    if (refusedStatus(error) === 400 && !isOneTenant(config)) return [];
    throw error;
  }
}

async function namesOf(api: Api, ids: readonly string[]): Promise<readonly string[]> {
  const lookups = Array.from({ length: Math.ceil(ids.length / lookupSize) }, (_none, index) =>
    ids.slice(index * lookupSize, (index + 1) * lookupSize),
  );
  const found = await pMap(
    lookups,
    (some) => {
      const body = { ids: some, types: ['group'] };
      return api.pages('/v1.0/directoryObjects/getByIds', { schema: namedGroups, body, next: nextOf });
    },
    { concurrency: 4 },
  );
  return found.flat().flatMap(({ value }) => value.map(({ id, displayName }) => displayName || id));
}

const nextOf = ({ page }: { readonly page: Page<unknown> }): string | undefined => page.next;
