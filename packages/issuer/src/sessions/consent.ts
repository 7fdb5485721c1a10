import type { Client } from '../client.ts';
import type { IssuerContext } from '../context.ts';
import { type AuthorizationRequest, isForDevice } from '../requests/authorization-request.ts';
import { type LiveSession, rememberApproval } from './browser-session.ts';

/**
 * Whether the person must be asked. A device is always shown to them; what they agreed to is remembered in a session. Not
 * of a public client: anybody can come in its name, and must not be answered without a word (RFC 6749 section 10.2).
 */
export function needsConsent(
  authorization: AuthorizationRequest,
  { client, session }: { readonly client: Client; readonly session: LiveSession | undefined },
  { protocol }: Pick<IssuerContext, 'protocol'>,
): boolean {
  if (authorization.prompt.includes('consent') || isForDevice(authorization)) return true;
  if (protocol.skipApproval) return false;
  // It may have had a secret when they agreed.
  const approved = client.public ? undefined : session?.clients.find(({ id }) => id === client.id)?.approved;
  return approved === undefined || !authorization.scopes.every((scope) => approved.includes(scope));
}

/** The person has agreed: the client may hear of them, and a confidential one need not be asked about again. */
export async function rememberConsent(
  sessionId: string | undefined,
  { client, scopes }: { readonly client: Client; readonly scopes: readonly string[] },
  context: IssuerContext,
): Promise<void> {
  if (sessionId !== undefined)
    await rememberApproval(sessionId, client.public ? { client } : { client, scopes }, context);
}
