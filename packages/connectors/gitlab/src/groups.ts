/** From GitLab's groups to ours, and who may log in. */
import { requireAllowedGroups, uniqueGroups } from '@ostiary/connector-sdk';
import { type Api, refusedStatus } from '@ostiary/connector-sdk/api';
import pMap from 'p-map';
import { type Group, groups, member, rolesInUserInfo, type UserInfo, userInfo } from './answers.ts';
import type { GitLabConfig } from './config.ts';

/** Whose groups are wanted. */
export interface GroupQuestion {
  readonly api: Api;
  readonly userId: number;
  /** Whether the client will see groups. The allow-list counts in any case. */
  readonly wanted: boolean;
}

/** Requests at a time. */
const concurrency = 8;

/** Access levels of the members API, as Dex names them. */
const roleOfLevel: ReadonlyMap<number, string> = new Map([
  [5, 'minimal_access'],
  [10, 'guest'],
  [15, 'planner'],
  [20, 'reporter'],
  [25, 'security_manager'],
  [30, 'developer'],
  [40, 'maintainer'],
  [50, 'owner'],
  [60, 'admin'],
]);

/**
 * The groups of an account: full paths, then `path:role`.
 *
 * @throws {OstiaryError} `login/not_allowed` when it is in none of the groups that may log in.
 */
export async function groupsOf(question: GroupQuestion, config: GitLabConfig): Promise<readonly string[]> {
  if (!question.wanted && config.groups.length === 0) return [];
  const all = config.inheritedGroups ? await inherited(question, config) : await direct(question, config);
  return requireAllowedGroups(uniqueGroups(all), config.groups);
}

async function direct({ api }: GroupQuestion, config: GitLabConfig): Promise<readonly string[]> {
  const info = await api.get('/oauth/userinfo', userInfo);
  if (!config.getGroupsPermission) return info.groups;
  return [...info.groups, ...info.groups.flatMap((path) => withRole(path, roleOf(path, info)))];
}

async function inherited({ api, userId }: GroupQuestion, config: GitLabConfig): Promise<readonly string[]> {
  const first = '/api/v4/groups?all_available=false&per_page=100';
  const pages = await api.pages(first, {
    schema: groups,
    next: ({ headers }) => nextPage(first, headers.get('x-next-page')),
  });
  const found = pages.flat();
  const paths = found.map(({ full_path }) => full_path);
  if (!config.getGroupsPermission) return paths;
  const info = await api.get('/oauth/userinfo', userInfo);
  const roles = await pMap(found, async (group) => roleOf(group.full_path, info) ?? askRole(api, group, userId), {
    concurrency,
  });
  return [...paths, ...paths.flatMap((path, index) => withRole(path, roles[index]))];
}

const nextPage = (first: string, page: string | null): string | undefined =>
  page ? `${first}&page=${page}` : undefined;

const withRole = (path: string, role: string | undefined): readonly string[] =>
  role === undefined ? [] : [`${path}:${role}`];

/** The highest role in a group or in one above it. */
function roleOf(path: string, { byRole }: UserInfo): string | undefined {
  return rolesInUserInfo.find((role) => byRole[role].some((group) => path === group || path.startsWith(`${group}/`)));
}

/** A group whose members the account may not see is handed on without a role. */
async function askRole(api: Api, { id }: Group, userId: number): Promise<string | undefined> {
  try {
    const found = await api.find(`/api/v4/groups/${id}/members/all/${userId}`, member);
    return found && roleOfLevel.get(found.access_level);
  } catch (error) {
    if (refusedStatus(error) === 403) return undefined;
    throw error;
  }
}
