import { epochSeconds, type IssuerContext } from '../context.ts';
import { defineEndpoint } from '../endpoint.ts';
import type { Endpoint } from '../issuer.ts';
import { nameOf } from '../login/person-fields.ts';
import { localUrl } from '../login/urls.ts';
import type { SessionOptions } from '../options.ts';
import type { SessionView } from '../page.ts';
import { loginOf } from '../policy/permit.ts';
import { endOf, findSession, type LiveSession } from '../sessions/browser-session.ts';

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
      const session = found === undefined || (await isRevoked(found, context)) ? undefined : found;
      const view = session === undefined ? {} : { session: await viewOf(session, { context, sessions }) };
      return { kind: 'page', status: 200, page: { name: 'home', issuer: context.issuer, ...view } };
    },
  });
}

/** Its next use would end it. What was ended at one client only does not matter here. */
async function isRevoked(
  { connectorId, identity, loggedInAt: since }: LiveSession,
  { revocations }: IssuerContext,
): Promise<boolean> {
  const login = { client: { id: '' }, connector: { id: connectorId }, identity, since };
  return (await revocations.find(login, () => loginOf(login))) !== undefined;
}

async function viewOf(
  session: LiveSession,
  { context, sessions }: { readonly context: IssuerContext; readonly sessions: SessionOptions },
): Promise<SessionView> {
  const { identity, connectorId, authTime } = session;
  // Who has not agreed yet that an application hears of them has not logged in there.
  const answered = session.clients.filter(({ pending }) => pending !== true);
  const clients = await Promise.all(answered.map(({ id }) => context.clients.find(id)));
  const { at, isIdle } = endOf(session, sessions);
  return {
    userName: nameOf(identity),
    connectorName: context.connectors.get(connectorId)?.name ?? connectorId,
    groups: identity.groups,
    clientNames: clients.flatMap((client) => (client === undefined ? [] : [client.name || client.id])),
    loggedInAt: authTime,
    endsAt: epochSeconds(at),
    isIdleEnd: isIdle,
    logoutUrl: localUrl(context, '/logout'),
  };
}
