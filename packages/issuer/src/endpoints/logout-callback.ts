import type { IssuerContext } from '../context.ts';
import { defineEndpoint } from '../endpoint.ts';
import type { Endpoint } from '../issuer.ts';
import { localUrl } from '../login/urls.ts';
import { goOn } from '../logout/after-logout.ts';
import { hasWayBack, isState, takeWayBack } from '../logout/way-back.ts';
import { readParameters } from '../parameters.ts';
import type { Reply } from '../reply.ts';
import type { IssuerRequest } from '../request.ts';

/** A SAML `LogoutResponse` with a signature and certificates has some thousand bytes; nothing of it is read. */
const LARGEST_ANSWER = 256 * 1024;

/**
 * `/logout/callback`: the provider has ended its session, or has not; ours was over before. So nothing of the answer is
 * read but the state.
 */
export function logoutCallbackEndpoint(context: IssuerContext): Endpoint {
  return defineEndpoint({
    name: 'logout_callback',
    path: '/logout/callback',
    methods: ['GET', 'POST'],
    cors: false,
    audience: 'person',
    largestForm: LARGEST_ANSWER,
    handle: (request) => comeBack(request, context),
  });
}

async function comeBack(request: IssuerRequest, context: IssuerContext): Promise<Reply> {
  const params = readParameters(request.method === 'POST' ? request.form : request.query);
  const state = params.get('state') ?? params.get('RelayState');
  if (!isState(state)) return goOn({}, context);
  // A form of another site comes without our `SameSite=Lax` cookie; the redirect is a GET, and brings it.
  if (request.method === 'POST' && !hasWayBack(state, request)) {
    return { kind: 'redirect', status: 303, location: localUrl(context, '/logout/callback', { state }) };
  }
  const { after, cookies } = await takeWayBack(state, request, context);
  return { ...(await goOn(after, context)), cookies };
}
