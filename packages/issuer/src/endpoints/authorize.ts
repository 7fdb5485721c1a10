import { OstiaryError } from '@ostiary/primitives';
import { readPrompt } from '../checks/prompt.ts';
import type { IssuerContext } from '../context.ts';
import { defineEndpoint, logFailure } from '../endpoint.ts';
import type { Endpoint } from '../issuer.ts';
import { beginLogin, type LoginStart, withRetry } from '../login/begin.ts';
import { connectorsFor, requireConnector } from '../login/connectors.ts';
import { isForClient } from '../login/resume.ts';
import { localUrl, restartUrl } from '../login/urls.ts';
import type { ConnectorChoice } from '../page.ts';
import { readParameters } from '../parameters.ts';
import { type AnswerTo, asOstiaryError, errorPage, errorToClient } from '../replies.ts';
import type { Reply } from '../reply.ts';
import type { IssuerRequest } from '../request.ts';
import { type AuthorizationParameters, sentParameters } from '../requests/authorization-parameters.ts';
import { type Destination, parseAuthorization, parseDestination } from '../requests/parse-authorization.ts';
import { hasSessionCookie } from '../sessions/browser-session.ts';
import { answerBySession, answeringSession } from '../sessions/session-login.ts';

/** `/auth`: chooses a connector, or lets the person choose. The whole request is checked at the next step. */
export function authorizeEndpoint(context: IssuerContext): Endpoint {
  return defineEndpoint({
    name: 'authorize',
    path: '/auth',
    methods: ['GET', 'POST'],
    cors: false,
    audience: 'person',
    async handle(request) {
      const params: AuthorizationParameters = readParameters(request.form, request.query);
      const destination = await parseDestination(params, context);
      return errorsToClient(destination, { request, context }, () => choose({ params, destination, request }, context));
    },
  });
}

interface Choice {
  readonly params: AuthorizationParameters;
  readonly destination: Destination;
  readonly request: IssuerRequest;
}

async function choose({ params, destination, request }: Choice, context: IssuerContext): Promise<Reply> {
  const { client } = destination;
  const pathTo = (connectorId: string): string => {
    const rest = sentParameters(request);
    rest.delete('connector_id');
    return `${localUrl(context, `/auth/${encodeURIComponent(connectorId)}`)}?${rest}`;
  };
  const toConnector = (id: string): Reply => ({ kind: 'redirect', status: 302, location: pathTo(id) });
  const wanted = params.get('connector_id');
  const known = await answeringConnector({ params, destination, request }, context);
  if (known !== undefined && (wanted ?? known) === known) return toConnector(known);
  if (readPrompt(params).includes('none')) throw notLoggedIn();
  if (wanted !== undefined) return toConnector(requireConnector(wanted, destination, context).id);
  const choices = connectorsFor(destination, context);
  const [only, ...others] = choices;
  if (only === undefined) {
    throw new OstiaryError('oauth/invalid_request', 'No connectors available for this client.', {
      detail: { page: 'no_connectors', client: client.id },
    });
  }
  if (others.length === 0 && !context.protocol.alwaysShowLogin) return toConnector(only.id);
  await parseAuthorization(params, destination, context);
  const connectors = choices.map(({ id, type, name }): ConnectorChoice => ({ id, type, name, url: pathTo(id) }));
  return { kind: 'page', status: 200, page: { name: 'choose-connector', clientName: client.name, connectors } };
}

/** The connector of the session that answers this request: nobody has to choose again. */
async function answeringConnector(
  { params, destination, request }: Choice,
  context: IssuerContext,
): Promise<string | undefined> {
  // For who may not be asked, what is wrong with the request comes first.
  const isSilent = readPrompt(params).includes('none');
  if (!isSilent && (!hasSessionCookie(request, context) || context.protocol.alwaysShowLogin)) return undefined;
  const authorization = await parseAuthorization(params, destination, context);
  const session = await answeringSession({ client: destination.client, authorization }, request, context);
  return session?.connectorId;
}

/** Whoever may not be asked is not logged in, unless a session says so (OpenID Connect Core section 3.1.2.6). */
const notLoggedIn = (): OstiaryError => new OstiaryError('oauth/login_required', 'User not authenticated.');

/** `/auth/{connector}`: checks the request and sends the browser to the provider or to the password form. */
export function connectorEndpoint(context: IssuerContext): Endpoint {
  return defineEndpoint({
    name: 'authorize-connector',
    path: '/auth/:connector',
    methods: ['GET', 'POST'],
    cors: false,
    audience: 'person',
    async handle(request) {
      const params: AuthorizationParameters = readParameters(request.form, request.query);
      const destination = await parseDestination(params, context);
      const { client } = destination;
      const entry = requireConnector(request.params.connector ?? '', destination, context);
      return errorsToClient(destination, { request, context }, async () => {
        const wanted = params.get('connector_id') ?? entry.id;
        if (wanted !== entry.id) {
          throw new OstiaryError('oauth/invalid_request', 'connector_id names another connector than the path.', {
            detail: { page: 'bad_request', path: entry.id, parameter: wanted.slice(0, 200) },
          });
        }
        const authorization = await parseAuthorization(params, destination, context);
        const start = { client, entry, authorization };
        try {
          return (await answerBySession(start, request, context)) ?? (await login(start, request, context));
        } catch (thrown) {
          if (asOstiaryError(thrown).code.startsWith('oauth/')) throw thrown;
          return failure(thrown, { start, request }, context);
        }
      });
    },
  });
}

function login(start: LoginStart, request: IssuerRequest, context: IssuerContext): Promise<Reply> {
  if (start.authorization.prompt.includes('none')) throw notLoggedIn();
  return beginLogin(start, request, context);
}

/** Who may not be asked does not look at pages either. Whoever else a session was refused to may come as somebody else. */
async function failure(
  thrown: unknown,
  { start: { authorization }, request }: { readonly start: LoginStart; readonly request: IssuerRequest },
  context: IssuerContext,
): Promise<Reply> {
  const { prompt } = authorization;
  const isRefused = asOstiaryError(thrown).code === 'login/not_allowed' && !prompt.includes('login');
  const again = isRefused ? { ...authorization, prompt: [...prompt, 'select_account' as const] } : authorization;
  const { error, retryUrl } = withRetry(thrown, await restartUrl(context, again));
  logFailure('authorize-connector', error, request);
  if (prompt.includes('none') || isForClient(error.code, authorization))
    return errorToClient(error, authorization, { issuer: context.issuer, request });
  return errorPage(error, request, retryUrl);
}

/** From here on the redirect URI is known to be the client's, so OAuth errors go there; what has a page of its own stays one. */
async function errorsToClient(
  destination: AnswerTo,
  { request, context }: { readonly request: IssuerRequest; readonly context: IssuerContext },
  work: () => Promise<Reply>,
): Promise<Reply> {
  try {
    return await work();
  } catch (thrown) {
    const error = asOstiaryError(thrown);
    if (!error.code.startsWith('oauth/') || error.detail.page !== undefined) throw thrown;
    logFailure('authorize', error, request);
    return errorToClient(error, destination, { issuer: context.issuer, request });
  }
}
