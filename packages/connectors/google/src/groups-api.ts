/** An API of Google's that a service account asks, with a token that is renewed before it ends. */
import { type Api, openApi } from '@ostiary/connector-sdk/api';
import { groupsToken, type ServiceAccount } from './service-account.ts';

/** Seconds before its end from which an access token is renewed. */
const marginSeconds = 60;

/** Where groups are read. */
export interface GroupsService {
  readonly baseUrl: string;
  readonly scope: string;
}

interface Held {
  readonly api: Api;
  readonly until: number;
}

/** One API for each administrator to act for, and one for the service account itself. */
export function groupsApis(
  { baseUrl, scope }: GroupsService,
  account: ServiceAccount,
): (admin?: string) => Promise<Api> {
  const held = new Map<string | undefined, Held>();
  return async (admin) => {
    const nowMs = account.context.now().getTime();
    const known = held.get(admin);
    if (known !== undefined && nowMs < known.until) return known.api;
    const purpose = { scope, ...(admin === undefined ? {} : { admin }) };
    const { accessToken, expiresInSeconds } = await groupsToken(purpose, account);
    const api = openApi({ fetch: account.fetch, baseUrl, accessToken });
    held.set(admin, { api, until: nowMs + (expiresInSeconds - marginSeconds) * 1000 });
    return api;
  };
}
