/** Clients that a session answers, so that nobody has to log in again. See docs/adr/0025. */
import { OstiaryError } from '@ostiary/primitives';
import type { Client } from '../client.ts';
import { epochSeconds, type IssuerContext } from '../context.ts';
import type { LoginStart } from '../login/begin.ts';
import { answerClient, askForConsent } from '../login/complete.ts';
import { scopesOfLogin } from '../login/connector-scopes.ts';
import { connectorsFor } from '../login/connectors.ts';
import { newTransactionId } from '../login/transaction.ts';
import { endSession } from '../logout/end-session.ts';
import { decide, loginOf } from '../policy/permit.ts';
import type { Authenticated } from '../records/authentication.ts';
import type { Reply } from '../reply.ts';
import type { IssuerRequest } from '../request.ts';
import { grantTypeOf } from '../requests/authorization-request.ts';
import { findSession, type LiveSession, standingIn, useSession } from './browser-session.ts';
import { needsConsent } from './consent.ts';

/** Who wants to know who is logged in. */
export type SessionQuestion = Pick<LoginStart, 'client' | 'authorization'>;

/**
 * The session of this browser, if it answers the request: the login is as fresh as is asked for, of the person that is
 * expected, with a connector that this client may use, and its own or one that another client shares with it.
 */
export async function answeringSession(
  { client, authorization }: SessionQuestion,
  request: IssuerRequest,
  context: IssuerContext,
): Promise<LiveSession | undefined> {
  const session = await findSession(request, context);
  if (session === undefined) return undefined;
  const { connectorId, identity, loggedInAt: since } = session;
  const { redirectUri, expectedSubject } = authorization;
  const entry = connectorsFor({ client, redirectUri }, context).find(({ id }) => id === connectorId);
  if (entry === undefined || !isFreshEnough(session, { entry, authorization }, context)) return undefined;
  const login = loginOf({ client, connector: entry, identity, since });
  if (expectedSubject !== undefined && expectedSubject !== login.subject) return undefined;
  if (!(await holdsWhatIsAsked(session, { client, entry, authorization }, context))) return undefined;
  const source = await sourceOf(session, client, context);
  if (source === undefined) return undefined;
  const { revocations } = context;
  // What people did for the source is over with its logins.
  const mark =
    (await revocations.find(login, () => login)) ??
    (await revocations.find({ client: source, since }, () => ({ ...login, client: source })));
  if (mark === undefined) return session;
  await endSession(session.id, request, context);
  return undefined;
}

/** Who wants people to log in, or to choose who they are, is not answered without them (OpenID Connect Core 3.1.2.1). */
function isFreshEnough(
  { authTime, identity }: LiveSession,
  { entry, authorization: { prompt, maxAge } }: Pick<LoginStart, 'authorization' | 'entry'>,
  { now }: IssuerContext,
): boolean {
  // A max_age of 0 is the same as prompt=login, also within the second of the login.
  if (prompt.includes('login') || prompt.includes('select_account') || maxAge === 0) return false;
  if (maxAge === undefined) return true;
  // As at a login: a provider that does not say when it was vouches for no moment.
  const isVouchedFor = entry.connector.via === 'password' || identity.authentication?.time !== undefined;
  return isVouchedFor && epochSeconds(now()) - authTime <= maxAge;
}

/**
 * Groups are there only if the login was asked for them. And what a login is renewed with can be spent once at some
 * providers: two clients that both held it would end each other's login.
 */
async function holdsWhatIsAsked(
  { askedFor }: LiveSession,
  start: LoginStart,
  context: IssuerContext,
): Promise<boolean> {
  const { groups, offlineAccess } = await scopesOfLogin(start, context);
  if (groups && !askedFor.groups) return false;
  if (!offlineAccess) return true;
  const { refresh } = start.entry.connector;
  return askedFor.offlineAccess && !(refresh?.kind === 'upstream' && refresh.exclusive);
}

/**
 * Whose login the client would be answered by: its own, or that of one that shares. Only a login that people made for a
 * client themselves goes on to others, or all would be shared with all, one after the other.
 */
async function sourceOf(
  session: LiveSession,
  client: Client,
  { clients: registry, sessions }: IssuerContext,
): Promise<Client | undefined> {
  if (standingIn(session, client)?.direct === true) return client;
  for (const { id } of session.clients.filter((known) => known.direct)) {
    const source = await registry.find(id);
    if (source === undefined || standingIn(session, source) === undefined) continue;
    const targets = source.sharesLoginWith ?? (sessions?.sharedByDefault === true ? ['*'] : []);
    if (targets.includes('*') || targets.includes(client.id)) return source;
  }
  return undefined;
}

/**
 * Answers a client by the session of the browser, through the same door as a login.
 *
 * @returns `undefined` when somebody has to log in.
 * @throws {OstiaryError} `oauth/interaction_required` when the person would have to be asked, and may not be; what
 *   policy throws.
 */
export async function answerBySession(
  start: LoginStart,
  request: IssuerRequest,
  context: IssuerContext,
): Promise<Reply | undefined> {
  const { client, entry, authorization } = start;
  const found = await answeringSession(start, request, context);
  if (found === undefined || found.connectorId !== entry.id) return undefined;
  const { identity, authTime, loggedInAt } = found;
  const question = { client, connector: entry, identity, scopes: authorization.scopes, since: loggedInAt };
  await decide({ ...question, grantType: grantTypeOf(authorization) }, context);
  const mustAgree = needsConsent(authorization, { client, session: undefined }, context);
  const session = await useSession(found, { client, mustAgree }, context);
  if (session === undefined) return undefined;
  const login = { request: authorization, connectorId: entry.id, identity, authTime, loggedInAt };
  const authenticated: Authenticated = { ...login, sessionId: session.id };
  const reply = await answerOrAsk(authenticated, { client, session, request }, context);
  request.log.info('session.used', { connector: entry.id, client: client.id, user: identity.userId });
  return reply;
}

async function answerOrAsk(
  authenticated: Authenticated,
  {
    client,
    session,
    request,
  }: { readonly client: Client; readonly session: LiveSession; readonly request: IssuerRequest },
  context: IssuerContext,
): Promise<Reply> {
  const { request: authorization, connectorId } = authenticated;
  if (!needsConsent(authorization, { client, session }, context))
    return answerClient(authenticated, { client }, context);
  if (authorization.prompt.includes('none')) {
    throw new OstiaryError('oauth/interaction_required', 'User interaction required.');
  }
  const transaction = { id: newTransactionId(context), request: authorization, connectorId, keep: null };
  return askForConsent(authenticated, { transaction, request }, context);
}
