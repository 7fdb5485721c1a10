/** From Entra ID's groups to ours, and who may log in. */
import { requireAllowedGroups, uniqueGroups } from '@ostiary/connector-sdk';
import { type Api, refusedStatus } from '@ostiary/connector-sdk/api';
import { unbelievable } from '@ostiary/connector-sdk/oauth2';
import pMap from 'p-map';
import type { z } from 'zod';
import { memberGroups, groups as namedGroups, type Page } from './answers.ts';
import { isOneTenant, type MicrosoftConfig } from './config.ts';

/** Ids in one lookup: Graph refuses more. */
const lookupSize = 1000;

/** Pages beyond which a list has no end. */
const mostPages = 1000;

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

async function listIds(api: Api, { onlySecurityGroups }: MicrosoftConfig): Promise<readonly string[]> {
  const body = { securityEnabledOnly: onlySecurityGroups };
  try {
    return await postPages(api, { path: '/v1.0/me/getMemberGroups', body }, memberGroups);
  } catch (error) {
    // A personal account has no directory, and so no groups.
    if (refusedStatus(error) === 400) return [];
    throw error;
  }
}

async function namesOf(api: Api, ids: readonly string[]): Promise<readonly string[]> {
  const lookups = Array.from({ length: Math.ceil(ids.length / lookupSize) }, (_none, index) =>
    ids.slice(index * lookupSize, (index + 1) * lookupSize),
  );
  const path = '/v1.0/directoryObjects/getByIds';
  const found = await pMap(
    lookups,
    (some) => postPages(api, { path, body: { ids: some, types: ['group'] } }, namedGroups),
    { concurrency: 4 },
  );
  return found.flat().map(({ id, displayName }) => displayName || id);
}

interface Question {
  readonly path: string;
  readonly body: unknown;
}

/** The next page is asked for with the same body. */
async function postPages<T>(api: Api, { path, body }: Question, schema: z.ZodType<Page<T>>): Promise<readonly T[]> {
  const all: T[] = [];
  let next: string | undefined = path;
  for (let number = 1; next !== undefined; number += 1) {
    if (number > mostPages) throw unbelievable({ reason: 'the list has no end', path });
    const page: Page<T> = await api.post(next, body, schema);
    all.push(...page.value);
    next = page.next;
  }
  return all;
}
