/** Groups of Google Workspace (Directory API). */
import { type ConnectorContext, uniqueGroups } from '@ostiary/connector-sdk';
import { refusedStatus } from '@ostiary/connector-sdk/api';
import type { Fetch } from '@ostiary/primitives';
import { LRUCache } from 'lru-cache';
import pMap from 'p-map';
import { z } from 'zod';
import { openCloudIdentity } from './cloud-identity.ts';
import type { GoogleConfig } from './config.ts';
import { type AskGroups, type GroupsService, groupsApis, pageToken } from './groups-api.ts';

/** Requests at a time. */
const concurrency = 10;

/** Seconds for which it is remembered which groups a group is in. Those of a person are always asked for. */
const nestingSeconds = 60;

/** Somebody whose groups are wanted. */
export interface Member {
  /** Immutable id of the account. */
  readonly id: string;
  readonly email: string;
  /** The Google Workspace domain that manages the account; absent for a private one. */
  readonly hostedDomain?: string;
}

/** Answers the addresses of the groups somebody is in. */
export type Directory = (member: Member) => Promise<readonly string[]>;

const directory: GroupsService = {
  baseUrl: 'https://admin.googleapis.com/admin/directory/v1',
  scope: 'https://www.googleapis.com/auth/admin.directory.group.readonly',
};

/** Opens the directory; `undefined` where the configuration names no administrator. */
export function openDirectory(config: GoogleConfig, context: ConnectorContext, fetch: Fetch): Directory | undefined {
  const { domainToAdminEmail, serviceAccountFilePath: file } = config;
  if (config.cloudIdentityGroups) return openCloudIdentity(config, context, fetch);
  const admins = new Map(Object.entries(domainToAdminEmail).map(([domain, admin]) => [domain.toLowerCase(), admin]));
  if (admins.size === 0) return undefined;
  const askFor = groupsApis(directory, { file, fetch, context });
  const parents = new LRUCache<string, Promise<readonly string[]>>({
    max: 10_000,
    ttl: nestingSeconds * 1000,
    ttlResolution: 0,
    perf: { now: () => context.now().getTime() },
  });
  const parentsOf = (admin: string, group: string): Promise<readonly string[]> => {
    const key = `${admin} ${group}`;
    const asked = parents.get(key) ?? groupsOf(askFor(admin), group);
    if (!parents.has(key)) parents.set(key, asked);
    // A failure is not remembered.
    asked.catch(() => parents.delete(key));
    return asked;
  };
  return async ({ id, email }) => {
    const domain = email.slice(email.lastIndexOf('@') + 1).toLowerCase();
    const admin = admins.get(domain) ?? admins.get('*');
    if (admin === undefined) return [];
    const direct = await groupsOf(askFor(admin), id);
    return config.fetchTransitiveGroupMembership ? climb(direct, (group) => parentsOf(admin, group)) : direct;
  };
}

/** The groups, then those that hold them, level by level; each is asked for once, so circles end. */
async function climb(
  direct: readonly string[],
  parentsOf: (group: string) => Promise<readonly string[]>,
): Promise<readonly string[]> {
  const known = new Set(direct);
  let level = direct;
  while (level.length > 0) {
    const above = await pMap(level, parentsOf, { concurrency });
    level = uniqueGroups(above.flat()).filter((group) => !known.has(group));
    for (const group of level) known.add(group);
  }
  return [...known];
}

const groupPage = z.object({
  groups: z.array(z.object({ email: z.string().min(1) })).default([]),
  nextPageToken: pageToken,
});

/** The groups that a person or a group is in. Who is not in the directory is in none of its groups. */
async function groupsOf(ask: AskGroups, userKey: string): Promise<readonly string[]> {
  const path = `/groups?userKey=${encodeURIComponent(userKey)}&maxResults=200`;
  try {
    const pages = await ask((api) =>
      api.pages(path, {
        schema: groupPage,
        next: ({ page }) => page.nextPageToken && `${path}&pageToken=${encodeURIComponent(page.nextPageToken)}`,
      }),
    );
    return uniqueGroups(pages.flatMap(({ groups }) => groups.map(({ email }) => email)));
  } catch (error) {
    if (refusedStatus(error) === 404) return [];
    throw error;
  }
}
