/** Where the browser goes on after a logout. Kept sealed while a person or a provider is asked. */
import { OstiaryError } from '@ostiary/primitives';
import { z } from 'zod';
import { mayReturnTo } from '../checks/redirect-uri.ts';
import type { IssuerContext } from '../context.ts';
import { withQuery } from '../replies.ts';
import type { Reply } from '../reply.ts';

/** What a client wants to happen after the logout that it asks for. */
export interface AfterLogout {
  /** Who asks, if that is known. */
  readonly clientId?: string | undefined;
  readonly returnTo?: string | undefined;
  readonly state?: string | undefined;
}

export const afterLogoutSchema: z.ZodType<AfterLogout> = z.object({
  clientId: z.string().optional(),
  returnTo: z.string().optional(),
  state: z.string().optional(),
});

/** Bytes as JSON: it has to fit into a cookie while the provider is asked. */
const LARGEST = 2000;

/**
 * Refuses what could not be kept, whether or not it will have to be: a client shall see that at its first logout.
 *
 * @throws {OstiaryError} `oauth/invalid_request`
 */
export function requireRoom(after: AfterLogout): void {
  const bytes = Buffer.byteLength(JSON.stringify(after));
  if (bytes <= LARGEST) return;
  throw new OstiaryError('oauth/invalid_request', 'The logout request is too large: shorten state.', {
    detail: { bytes, most: LARGEST },
  });
}

/** Sends the browser to where the client wants it, if the client as it is now may do so; else it is told the end. */
export async function goOn({ clientId, returnTo, state }: AfterLogout, { clients }: IssuerContext): Promise<Reply> {
  const client = clientId === undefined || returnTo === undefined ? undefined : await clients.find(clientId);
  if (client === undefined || returnTo === undefined || !mayReturnTo(client, returnTo)) {
    return { kind: 'page', status: 200, page: { name: 'logged-out' } };
  }
  return { kind: 'redirect', status: 303, location: withQuery(returnTo, state === undefined ? {} : { state }) };
}
