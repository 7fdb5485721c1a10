import type { IssuerContext } from '../context.ts';
import { defineEndpoint } from '../endpoint.ts';
import type { Endpoint } from '../issuer.ts';
import { localUrl } from '../login/urls.ts';
import { type AfterLogout, goOn } from '../logout/after-logout.ts';
import { providerLogoutUrl } from '../logout/at-provider.ts';
import { endSession } from '../logout/end-session.ts';
import { fieldsOf, isMeant, readLogoutRequest } from '../logout/logout-request.ts';
import { askToLogOut, readConfirmed } from '../logout/question.ts';
import { keepWayBack } from '../logout/way-back.ts';
import { readParameters } from '../parameters.ts';
import { isFirstPost, postAgain } from '../post-again.ts';
import type { Reply } from '../reply.ts';
import type { IssuerRequest } from '../request.ts';
import { findSession, forgetSession, hasSessionCookie, type LiveSession } from '../sessions/browser-session.ts';

/**
 * `/logout` (OpenID Connect RP-Initiated Logout). The cookie decides which session ends; a hint only says that nobody
 * has to be asked. See docs/adr/0026.
 */
export function logoutEndpoint(context: IssuerContext): Endpoint {
  return defineEndpoint({
    name: 'logout',
    path: '/logout',
    methods: ['GET', 'POST'],
    cors: false,
    audience: 'person',
    async handle(request) {
      const answer = readParameters(request.form).get('confirmed');
      if (answer !== undefined) return confirmed(answer, request, context);
      const params = readParameters(request.form, request.query);
      const logout = await readLogoutRequest(params, context);
      if (isFirstPost(request) && !hasSessionCookie(request, context)) {
        return postAgain(localUrl(context, '/logout'), fieldsOf(params));
      }
      const session = await findSession(request, context);
      if (session === undefined) return goOn(logout.after, context);
      if (!isMeant(logout, session)) return askToLogOut(session, logout.after, context);
      return logOut(session, { after: logout.after, request }, context);
    },
  });
}

/** The person said yes, perhaps on a page that is about another session than the browser has by now. */
async function confirmed(sealed: string, request: IssuerRequest, context: IssuerContext): Promise<Reply> {
  const { sessionId, after = {} } = (await readConfirmed(sealed, context)) ?? {};
  const session = await findSession(request, context);
  if (session === undefined) return goOn(after, context);
  if (session.id !== sessionId) return askToLogOut(session, after, context);
  return logOut(session, { after, request }, context);
}

/**
 * The session here ends first, so that it is over whatever comes of the rest. What may fail without a way out, or would
 * leave the browser nowhere, is done before.
 */
async function logOut(
  session: LiveSession,
  { after, request }: { readonly after: AfterLogout; readonly request: IssuerRequest },
  context: IssuerContext,
): Promise<Reply> {
  const wayBack = await keepWayBack(after, request, context);
  const reply = await goOn(after, context);
  const here: Reply = { ...reply, cookies: forgetSession(context) };
  const ended = await endSession(session.id, request, context);
  // Somebody else was faster, and does the rest.
  if (ended === undefined) return here;
  const { log } = request;
  const client = after.clientId === undefined ? {} : { client: after.clientId };
  log.info('logout.done', { connector: ended.connectorId, user: ended.identity.userId, ...client });
  const location = await providerLogoutUrl({ session: ended, state: wayBack.state, log }, context);
  if (location === undefined) return here;
  return { kind: 'redirect', status: 303, location, cookies: [...forgetSession(context), ...wayBack.cookies] };
}
