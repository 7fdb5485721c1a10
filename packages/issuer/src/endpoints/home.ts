import { epochSeconds, type IssuerContext } from '../context.ts';
import { defineEndpoint } from '../endpoint.ts';
import type { Endpoint } from '../issuer.ts';
import { nameOf } from '../login/person-fields.ts';
import { localUrl } from '../login/urls.ts';
import type { SessionOptions } from '../options.ts';
import type { SessionView } from '../page.ts';
import { loginOf } from '../policy/permit.ts';
import type { RevocableLogin } from '../policy/revocations.ts';
import { endOf, findSession, type LiveSession, standingIn } from '../sessions/browser-session.ts';

/**
 * `/`: who is logged in here with this browser, at which applications, and until when. It only reads, so looking does not
 * make a session last longer.
 */
export function homeEndpoint(context: IssuerContext, sessions: SessionOptions): Endpoint {
  return defineEndpoint({
    name: 'home',
    path: '/',
    methods: ['GET'],
    cors: false,
    audience: 'person',
    async handle(request) {
      const found = await findSession(request, context);
      // What was ended at one client only does not matter to the others.
      const isOver = found === undefined || (await isEndedAt({ id: '' }, found, context));
      const session = isOver ? undefined : found;
      const view = session === undefined ? {} : { session: await viewOf(session, { context, sessions }) };
      return { kind: 'page', status: 200, page: { name: 'home', issuer: context.issuer, ...view } };
    },
  });
}

/** Whether the login was ended, there or everywhere: its next use would end it. */
async function isEndedAt(
  client: RevocableLogin['client'],
  { connectorId, identity, loggedInAt: since }: LiveSession,
  { revocations }: IssuerContext,
): Promise<boolean> {
  const login = { client, connector: { id: connectorId }, identity, since };
  return (await revocations.find(login, () => loginOf(login))) !== undefined;
}

/** The name of an application where the person is logged in; `undefined` where that is over, or the client another one. */
async function nameAt(id: string, session: LiveSession, context: IssuerContext): Promise<string | undefined> {
  const client = await context.clients.find(id);
  if (client === undefined || standingIn(session, client) === undefined) return undefined;
  return (await isEndedAt({ id }, session, context)) ? undefined : client.name || id;
}

async function viewOf(
  session: LiveSession,
  { context, sessions }: { readonly context: IssuerContext; readonly sessions: SessionOptions },
): Promise<SessionView> {
  const { identity, connectorId, authTime } = session;
  // Who has not agreed yet that an application hears of them has not logged in there.
  const answered = session.clients.filter(({ pending }) => pending !== true);
  const names = await Promise.all(answered.map(({ id }) => nameAt(id, session, context)));
  const { at, isIdle } = endOf(session, sessions);
  return {
    userName: nameOf(identity),
    connectorName: context.connectors.get(connectorId)?.name ?? connectorId,
    groups: identity.groups,
    clientNames: names.filter((name) => name !== undefined),
    loggedInAt: authTime,
    endsAt: epochSeconds(at),
    isIdleEnd: isIdle,
    logoutUrl: localUrl(context, '/logout'),
  };
}
