/** Sessions of browsers: who is logged in here, over all clients. See docs/adr/0025. */
import type { Connector } from '@ostiary/connector-sdk';
import { hashToken, randomToken, safeEqual } from '@ostiary/token-core';
import type { Client } from '../client.ts';
import { epochSeconds, type IssuerContext } from '../context.ts';
import { connectorScopes } from '../login/connector-scopes.ts';
import { expired } from '../login/transaction.ts';
import { endSession } from '../logout/end-session.ts';
import type { SessionOptions } from '../options.ts';
import { type Authenticated, sinceOf } from '../records/authentication.ts';
import type { BrowserSession, ClientOfSession } from '../records/browser-session.ts';
import type { SetCookie } from '../reply.ts';
import type { IssuerRequest } from '../request.ts';

/** A session that is not over. */
export interface LiveSession extends BrowserSession {
  /** Its record, and `sid`. Everybody who has a token may know it. */
  readonly id: string;
}

const cookieForm = /^(?<id>[\w-]{22})\.(?<secret>[\w-]{43})$/;
const ID_BYTES = 16;
/** A session may end earlier than its idle time after its last use, by one of these parts. */
const STEPS_OF_IDLE_TIME = 60;

/** The session of the browser that sent the request. */
export async function findSession(
  { cookies }: Pick<IssuerRequest, 'cookies'>,
  context: IssuerContext,
): Promise<LiveSession | undefined> {
  if (context.sessions === undefined) return undefined;
  const { id, secret = '' } = cookieForm.exec(cookies.get(context.sessions.cookieName) ?? '')?.groups ?? {};
  const session = id === undefined ? undefined : await findLiveSession(id, context);
  return session !== undefined && safeEqual(session.secret, hashToken(secret)) ? session : undefined;
}

/** True when the browser sent the cookie of a session, whatever it is worth. */
export const hasSessionCookie = (
  { cookies }: Pick<IssuerRequest, 'cookies'>,
  { sessions }: Pick<IssuerContext, 'sessions'>,
): boolean => sessions !== undefined && cookies.has(sessions.cookieName);

/** The session of that `sid`, for who need not show that it is theirs. */
export async function findLiveSession(id: string, context: IssuerContext): Promise<LiveSession | undefined> {
  const session = (await context.browserSessions.get(id))?.value;
  if (session === undefined || context.sessions === undefined) return undefined;
  // The limits as they are configured today: the record may have been written when they were longer.
  return deadlineOf(session, context.sessions) > context.now() ? { id, ...session } : undefined;
}

/** Whether a token must not be believed any more because its client wants its tokens to end with the session. */
export async function isSessionOver(
  client: Client,
  sessionId: string | undefined,
  context: IssuerContext,
): Promise<boolean> {
  if (client.refreshTokenLifetime !== 'session' || sessionId === undefined) return false;
  return (await findLiveSession(sessionId, context)) === undefined;
}

/** A login that was just finished. */
export interface FinishedLogin {
  readonly authenticated: Authenticated;
  readonly client: Client;
  readonly connector: Connector;
  /** The person has yet to agree, unless they did so in this session before. */
  readonly mustAgree: boolean;
  /** The browser keeps the session when it is closed. */
  readonly remembered: boolean;
}

/** A session that begins, or goes on with a new login, and how the browser is told. */
export interface OpenedSession {
  readonly session: LiveSession;
  readonly cookie: SetCookie;
}

/**
 * Begins the session of a login. When the same person had one in this browser it goes on, so that a logout reaches the
 * clients of both logins; that of somebody else ends, and its clients hear so. The secret is always a new one: who knew
 * the old one is out.
 *
 * @returns `undefined` for an issuer without sessions, a connector that wants none, or a provider whose own is over by our
 *   clock, which may be ahead of its.
 */
export async function openSession(
  login: FinishedLogin,
  request: IssuerRequest,
  context: IssuerContext,
): Promise<OpenedSession | undefined> {
  const { sessions } = context;
  if (sessions === undefined) return undefined;
  const secret = randomToken(context.random);
  const begun = await newSession(login, hashToken(secret), context);
  const before = await findSession(request, context);
  if (before !== undefined && !isSamePerson(before, begun)) await endSession(before.id, request, context);
  if (login.connector.knowsAtEveryRequest === true || deadlineOf(begun, sessions) <= context.now()) return undefined;
  const session =
    before !== undefined && isSamePerson(before, begun)
      ? ((await goOn(before.id, { begun, client: login.client }, context)) ?? (await create(begun, context)))
      : await create(begun, context);
  const maxAge = login.remembered ? { maxAgeSeconds: sessions.absolute } : {};
  return { session, cookie: { name: sessions.cookieName, value: `${session.id}.${secret}`, ...maxAge } };
}

/** Tells the browser to forget its session. */
export function forgetSession({ sessions }: Pick<IssuerContext, 'sessions'>): readonly SetCookie[] {
  return sessions === undefined ? [] : [expired(sessions.cookieName)];
}

async function newSession(
  { authenticated, client, mustAgree }: FinishedLogin,
  secret: string,
  context: IssuerContext,
): Promise<BrowserSession> {
  const { request, connectorId, identity, authTime } = authenticated;
  const connector = context.connectors.get(connectorId);
  return {
    ...{ secret, connectorId, identity, authTime },
    askedFor: await connectorScopes({ client, connector, scopes: request.scopes }, context),
    loggedInAt: sinceOf(authenticated),
    lastUsedAt: epochSeconds(context.now()),
    clients: [newcomer(client, { direct: true, pending: mustAgree || undefined }, context)],
  };
}

const newcomer = (
  { id }: Client,
  standing: Pick<ClientOfSession, 'direct' | 'pending'>,
  { now }: Pick<IssuerContext, 'now'>,
): ClientOfSession => ({ id, since: epochSeconds(now()), ...standing });

/** How a client stands in a session. What people did there for another client that had its id is not its own. */
export function standingIn(
  { clients }: Pick<BrowserSession, 'clients'>,
  { id, loginsAfter = -Infinity }: Pick<Client, 'id' | 'loginsAfter'>,
): ClientOfSession | undefined {
  return clients.find((known) => known.id === id && (known.since ?? 0) > loginsAfter);
}

const isSamePerson = (one: BrowserSession, other: BrowserSession): boolean =>
  one.connectorId === other.connectorId && one.identity.userId === other.identity.userId;

async function create(session: BrowserSession, context: IssuerContext): Promise<LiveSession> {
  const id = randomToken(context.random, ID_BYTES);
  await context.browserSessions.create(id, session, { expiresAt: expiryOf(session, context) });
  return { id, ...session };
}

/** `undefined` when it was ended meanwhile: what was bound to it stays ended. */
async function goOn(
  id: string,
  { begun, client }: { readonly begun: BrowserSession; readonly client: Client },
  context: IssuerContext,
): Promise<LiveSession | undefined> {
  return change(id, context, (before) => ({
    ...begun,
    // The one that it has begun with.
    clients: begun.clients.flatMap((own) => withClient(before, { client, own }, { direct: true })),
  }));
}

/**
 * A client is answered by a session.
 *
 * @param answer `mustAgree` as at a {@link FinishedLogin}.
 * @returns `undefined` when it was ended meanwhile, or belongs to another login now.
 */
export async function useSession(
  session: LiveSession,
  { client, mustAgree }: Pick<FinishedLogin, 'client' | 'mustAgree'>,
  context: IssuerContext,
): Promise<LiveSession | undefined> {
  const { id, secret, lastUsedAt } = session;
  const now = epochSeconds(context.now());
  // It takes a login over, unless it is known already.
  const own = newcomer(client, { direct: false, pending: mustAgree || undefined }, context);
  const known = standingIn(session, client);
  const isKnown = known !== undefined && (mustAgree || known.pending === undefined);
  // A browser that opens its twenty tabs again shall not make twenty writes wait for each other.
  if (isKnown && now - lastUsedAt < (context.sessions?.idle ?? 0) / STEPS_OF_IDLE_TIME) return session;
  return change(id, context, (current) =>
    current.secret === secret
      ? { ...current, lastUsedAt: now, clients: withClient(current, { client, own }) }
      : undefined,
  );
}

/**
 * The person has agreed to what a client asks for. Nothing happens when the session has ended meanwhile.
 *
 * @param agreed `scopes`: what need not be asked again. Absent: all must be.
 */
export async function rememberApproval(
  id: string,
  agreed: { readonly client: Client; readonly scopes?: readonly string[] },
  context: IssuerContext,
): Promise<void> {
  const { client, scopes } = agreed;
  const changes = scopes === undefined ? {} : { approved: scopes };
  const own = newcomer(client, { direct: false }, context);
  await change(id, context, (session) => ({ ...session, clients: withClient(session, { client, own }, changes) }));
}

async function change(
  id: string,
  context: IssuerContext,
  to: (session: BrowserSession) => BrowserSession | undefined,
): Promise<LiveSession | undefined> {
  let isChanged = false;
  const record = await context.browserSessions.update(id, (current) => {
    const next = current && to(current);
    isChanged = next !== undefined;
    return next === undefined ? 'keep' : { set: next, expiresAt: expiryOf(next, context) };
  });
  return isChanged && record !== undefined ? { id, ...record.value } : undefined;
}

/** @param own how the client stands if it is not among them yet. One that need not wait for a yes ends that wait, too. */
function withClient(
  session: BrowserSession,
  { client, own }: { readonly client: Client; readonly own: ClientOfSession },
  changes: Partial<Omit<ClientOfSession, 'id'>> = {},
): readonly ClientOfSession[] {
  const before = standingIn(session, client) ?? own;
  return [
    ...session.clients.filter(({ id }) => id !== client.id),
    { ...before, pending: before.pending && own.pending, ...changes },
  ];
}

function expiryOf(session: BrowserSession, { sessions }: IssuerContext): Date | undefined {
  return sessions && deadlineOf(session, sessions);
}

const deadlineOf = (session: BrowserSession, sessions: Limits): Date => endOf(session, sessions).at;

type Limits = Pick<SessionOptions, 'absolute' | 'idle'>;

/** When a session ends. */
export interface SessionEnd {
  readonly at: Date;
  /** Another use puts it off. */
  readonly isIdle: boolean;
}

/** When it ends if it is not used before. A provider may have said when its own session ends. */
export function endOf({ loggedInAt, lastUsedAt, identity }: BrowserSession, { absolute, idle }: Limits): SessionEnd {
  const last = Math.min(loggedInAt + absolute, identity.authentication?.expires ?? Infinity);
  const unused = lastUsedAt + idle;
  return { at: new Date(Math.min(last, unused) * 1000), isIdle: unused < last };
}
