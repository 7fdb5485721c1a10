/** From workspaces to groups, and who may log in. */
import { requireAllowedGroups, uniqueGroups } from '@ostiary/connector-sdk';
import { type Api, refusedStatus } from '@ostiary/connector-sdk/api';
import pMap from 'p-map';
import { permission, workspaces } from './answers.ts';
import type { BitbucketCloudConfig } from './config.ts';

/** Requests at a time. */
const concurrency = 8;

/**
 * The groups of an account: slugs of its workspaces, then `slug:permission`.
 *
 * @param wanted whether the client will see groups; the allow-list counts in any case.
 * @throws {OstiaryError} `login/not_allowed` when it is in none of the workspaces that may log in.
 */
export async function groupsOf(api: Api, config: BitbucketCloudConfig, wanted: boolean): Promise<readonly string[]> {
  const { teams, getWorkspacePermissions } = config;
  if (!wanted && teams.length === 0) return [];
  const pages = await api.pages('/user/workspaces?pagelen=100', { schema: workspaces, next: ({ page }) => page.next });
  const slugs = uniqueGroups(pages.flatMap(({ values }) => values));
  const permissions = getWorkspacePermissions
    ? await pMap(slugs, (slug) => permissionIn(api, slug), { concurrency })
    : [];
  const suffixed = slugs.flatMap((slug, index) =>
    permissions[index] === undefined ? [] : [`${slug}:${permissions[index]}`],
  );
  return requireAllowedGroups([...slugs, ...suffixed], teams);
}

/** A workspace that does not show it is handed on without. */
async function permissionIn(api: Api, slug: string): Promise<string | undefined> {
  try {
    return (await api.find(`/user/workspaces/${encodeURIComponent(slug)}/permission`, permission))?.permission;
  } catch (error) {
    if (refusedStatus(error) === 403) return undefined;
    throw error;
  }
}
