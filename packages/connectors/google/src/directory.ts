/** Groups of Google Workspace (Directory API). */
import { type ConnectorContext, uniqueGroups } from '@ostiary/connector-sdk';
import { type Api, openApi, refusedStatus } from '@ostiary/connector-sdk/api';
import type { Fetch } from '@ostiary/primitives';
import { LRUCache } from 'lru-cache';
import pMap from 'p-map';
import { z } from 'zod';
import type { GoogleConfig } from './config.ts';
import { directoryToken, type ServiceAccount } from './service-account.ts';

/** Requests at a time. */
const concurrency = 10;

/** Seconds for which it is remembered which groups a group is in. Those of a person are always asked for. */
const nestingSeconds = 60;

/** Seconds before its end from which an access token is renewed. */
const marginSeconds = 60;

/** Somebody whose groups are wanted. */
export interface Member {
  /** Immutable id of the account. */
  readonly id: string;
  readonly email: string;
}

/** Answers the addresses of the groups somebody is in. */
export type Directory = (member: Member) => Promise<readonly string[]>;

interface Held {
  readonly api: Api;
  readonly until: number;
}

/** Opens the directory; `undefined` where the configuration names no administrator. */
export function openDirectory(config: GoogleConfig, context: ConnectorContext, fetch: Fetch): Directory | undefined {
  const { domainToAdminEmail, serviceAccountFilePath: file } = config;
  const admins = new Map(Object.entries(domainToAdminEmail).map(([domain, admin]) => [domain.toLowerCase(), admin]));
  if (admins.size === 0) return undefined;
  const apiFor = apis({ file, fetch, context });
  const parents = new LRUCache<string, Promise<readonly string[]>>({
    max: 10_000,
    ttl: nestingSeconds * 1000,
    ttlResolution: 0,
    perf: { now: () => context.now().getTime() },
  });
  const parentsOf = (api: Api, admin: string, group: string): Promise<readonly string[]> => {
    const key = `${admin} ${group}`;
    const asked = parents.get(key) ?? groupsOf(api, group);
    if (!parents.has(key)) parents.set(key, asked);
    // A failure is not remembered.
    asked.catch(() => parents.delete(key));
    return asked;
  };
  return async ({ id, email }) => {
    const domain = email.slice(email.lastIndexOf('@') + 1).toLowerCase();
    const admin = admins.get(domain) ?? admins.get('*');
    if (admin === undefined) return [];
    const api = await apiFor(admin);
    const direct = await groupsOf(api, id);
    return config.fetchTransitiveGroupMembership ? climb(direct, (group) => parentsOf(api, admin, group)) : direct;
  };
}

/** One API for each administrator, with a token that is renewed before it ends. */
function apis(account: ServiceAccount): (admin: string) => Promise<Api> {
  const held = new Map<string, Held>();
  return async (admin) => {
    const nowMs = account.context.now().getTime();
    const known = held.get(admin);
    if (known !== undefined && nowMs < known.until) return known.api;
    const { accessToken, expiresInSeconds } = await directoryToken(admin, account);
    const baseUrl = 'https://admin.googleapis.com/admin/directory/v1';
    const api = openApi({ fetch: account.fetch, baseUrl, accessToken });
    held.set(admin, { api, until: nowMs + (expiresInSeconds - marginSeconds) * 1000 });
    return api;
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
  nextPageToken: z.string().min(1).optional(),
});

/** The groups that a person or a group is in. Who is not in the directory is in none of its groups. */
async function groupsOf(api: Api, userKey: string): Promise<readonly string[]> {
  const path = `/groups?userKey=${encodeURIComponent(userKey)}&maxResults=200`;
  try {
    const pages = await api.pages(path, {
      schema: groupPage,
      next: ({ page }) => page.nextPageToken && `${path}&pageToken=${encodeURIComponent(page.nextPageToken)}`,
    });
    return uniqueGroups(pages.flatMap(({ groups }) => groups.map(({ email }) => email)));
  } catch (error) {
    if (refusedStatus(error) === 404) return [];
    throw error;
  }
}
