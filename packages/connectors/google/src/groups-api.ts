/** An API of Google's that a service account asks, with a token that is renewed before it ends. */
import { type Api, openApi, refusedStatus } from '@ostiary/connector-sdk/api';
import { z } from 'zod';
import { groupsToken, type ServiceAccount } from './service-account.ts';

/** Seconds before its end from which an access token is renewed. */
const marginSeconds = 60;

/** Where a list goes on. Google's descriptions have an empty text, too, for a list that has ended. */
export const pageToken: z.ZodType<string | undefined> = z
  .string()
  .nullish()
  .transform((token) => token || undefined);

/** Where groups are read. */
export interface GroupsService {
  readonly baseUrl: string;
  readonly scope: string;
}

/** Puts questions to an API. They are put anew with another token when Google no longer takes the one that was held. */
export type AskGroups = <T>(question: (api: Api) => Promise<T>) => Promise<T>;

interface Held {
  readonly api: Api;
  readonly until: number;
}

/** One API for each administrator to act for, and one for the service account itself. */
export function groupsApis(service: GroupsService, account: ServiceAccount): (admin?: string) => AskGroups {
  const held = new Map<string | undefined, Held>();
  const open = async (admin: string | undefined): Promise<Held> => {
    const known = held.get(admin);
    if (known !== undefined && account.context.now().getTime() < known.until) return known;
    const opened = await openFor(admin, service, account);
    held.set(admin, opened);
    return opened;
  };
  return (admin) => async (question) => {
    const opened = await open(admin);
    try {
      return await question(opened.api);
    } catch (error) {
      if (refusedStatus(error) !== 401) throw error;
      // Others ask at the same time, and one of them may have a new token already.
      if (held.get(admin) === opened) held.delete(admin);
      return question((await open(admin)).api);
    }
  };
}

async function openFor(
  admin: string | undefined,
  { baseUrl, scope }: GroupsService,
  account: ServiceAccount,
): Promise<Held> {
  const nowMs = account.context.now().getTime();
  const purpose = { scope, ...(admin === undefined ? {} : { admin }) };
  const { accessToken, expiresInSeconds } = await groupsToken(purpose, account);
  const api = openApi({ fetch: account.fetch, baseUrl, accessToken, asService: true });
  return { api, until: nowMs + (expiresInSeconds - marginSeconds) * 1000 };
}
