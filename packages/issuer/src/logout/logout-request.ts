/** The parameters of a logout that a client asks for (OpenID Connect RP-Initiated Logout section 2). */
import { type JsonObject, OstiaryError } from '@ostiary/primitives';
import { mayReturnTo } from '../checks/redirect-uri.ts';
import type { Client } from '../client.ts';
import type { IssuerContext } from '../context.ts';
import type { Parameters } from '../parameters.ts';
import { subjectOfSession } from '../records/browser-session.ts';
import { isOfUnknownKey, readIdTokenHint } from '../requests/id-token-hint.ts';
import type { LiveSession } from '../sessions/browser-session.ts';
import { type AfterLogout, requireRoom } from './after-logout.ts';

const names = ['id_token_hint', 'post_logout_redirect_uri', 'state', 'client_id'] as const;

/** What `/logout` reads. */
export type LogoutParameters = Parameters<(typeof names)[number]>;

/** The same as fields of a form. */
export function fieldsOf(params: LogoutParameters): Record<string, string> {
  const all = names.map((name) => [name, params.get(name)] as const);
  return Object.fromEntries(all.filter((field): field is [(typeof names)[number], string] => field[1] !== undefined));
}

/** A checked request. It says nothing of whose session ends: that is for the cookie. */
export interface LogoutRequest {
  readonly after: AfterLogout;
  /** Whose session the client means. */
  readonly hint: { readonly subject: string; readonly sessionId: string | undefined } | undefined;
}

/** @throws {OstiaryError} `oauth/invalid_request`: nothing must end, and nobody be sent anywhere. */
export async function readLogoutRequest(params: LogoutParameters, context: IssuerContext): Promise<LogoutRequest> {
  const hint = await readHint(params.get('id_token_hint'), context);
  const claims = hint === 'of unknown key' ? undefined : hint;
  const clientId = whoAsks(claims, params.get('client_id'));
  // An application may be open for longer than keys are published. Its people can still log out; it does not hear of it.
  const isLost = hint === 'of unknown key' && clientId === undefined;
  const returnTo = isLost ? undefined : params.get('post_logout_redirect_uri');
  if (returnTo !== undefined) requireReturn(returnTo, clientId && (await context.clients.find(clientId)));
  const after = { clientId, returnTo, state: params.get('state') };
  requireRoom(after);
  const sessionId = typeof claims?.sid === 'string' ? claims.sid : undefined;
  return { after, hint: claims && { subject: claims.sub, sessionId } };
}

type Hint = Awaited<ReturnType<typeof readIdTokenHint>>;

async function readHint(
  token: string | undefined,
  context: IssuerContext,
): Promise<Hint | 'of unknown key' | undefined> {
  try {
    return token === undefined ? undefined : await readIdTokenHint(token, context);
  } catch (error) {
    if (isOfUnknownKey(error)) return 'of unknown key';
    throw error;
  }
}

/** The client that the hint was issued to, or the one that names itself. */
function whoAsks(claims: JsonObject | undefined, named: string | undefined): string | undefined {
  const { azp, aud } = claims ?? {};
  const known = [azp, aud].find((name) => typeof name === 'string');
  if (claims !== undefined && named !== undefined && named !== known) {
    throw new OstiaryError('oauth/invalid_request', 'client_id is not the client that id_token_hint was issued to.');
  }
  return typeof known === 'string' ? known : named;
}

function requireReturn(returnTo: string, client: Client | '' | undefined): void {
  if (client === '' || client === undefined) {
    const message = 'post_logout_redirect_uri needs a known client: send id_token_hint or client_id.';
    throw new OstiaryError('oauth/invalid_request', message, { detail: { page: 'unknown_client' } });
  }
  if (mayReturnTo(client, returnTo)) return;
  throw new OstiaryError('oauth/invalid_request', 'Unregistered post_logout_redirect_uri.', {
    detail: { page: 'unregistered_redirect_uri', client: client.id },
  });
}

/** Whether the hint is of the person, and where it says so of the session, that the browser has. */
export function isMeant({ hint }: LogoutRequest, session: LiveSession): boolean {
  if (hint === undefined || hint.subject !== subjectOfSession(session)) return false;
  return hint.sessionId === undefined || hint.sessionId === session.id;
}
