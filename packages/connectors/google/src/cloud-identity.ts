/** Groups of Google Workspace by the Cloud Identity API: a role of the service account instead of an administrator. */
import { type ConnectorContext, uniqueGroups } from '@ostiary/connector-sdk';
import type { Fetch } from '@ostiary/primitives';
import { z } from 'zod';
import type { GoogleConfig } from './config.ts';
import type { Directory } from './directory.ts';
import { type GroupsService, groupsApis, pageToken } from './groups-api.ts';

const service: GroupsService = {
  baseUrl: 'https://cloudidentity.googleapis.com/v1',
  scope: 'https://www.googleapis.com/auth/cloud-identity.groups.readonly',
};

/** What every group of Google Workspace is. */
const label = 'cloudidentity.googleapis.com/groups.discussion_forum';

const membershipPage = z.object({
  memberships: z.array(z.object({ groupKey: z.object({ id: z.string().min(1) }) })).default([]),
  nextPageToken: pageToken,
});

/**
 * Opens it; nothing is asked yet. Members are named by their address there, so it is asked only about accounts that an
 * organization manages: a private account may have any address. Nested groups come in one question.
 */
export function openCloudIdentity(config: GoogleConfig, context: ConnectorContext, fetch: Fetch): Directory {
  const ask = groupsApis(service, { file: config.serviceAccountFilePath, fetch, context })();
  const method = config.fetchTransitiveGroupMembership ? 'searchTransitiveGroups' : 'searchDirectGroups';
  return async ({ email, hostedDomain }) => {
    if (hostedDomain === undefined || email === '') return [];
    const query = `member_key_id == ${quoted(email)} && ${quoted(label)} in labels`;
    const path = `/groups/-/memberships:${method}?pageSize=200&query=${encodeURIComponent(query)}`;
    const pages = await ask((api) =>
      api.pages(path, {
        schema: membershipPage,
        next: ({ page }) => page.nextPageToken && `${path}&pageToken=${encodeURIComponent(page.nextPageToken)}`,
      }),
    );
    return uniqueGroups(pages.flatMap(({ memberships }) => memberships.map(({ groupKey }) => groupKey.id)));
  };
}

/** A text in the Common Expression Language, in which such queries are written. */
const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
