import { OstiaryError } from '@ostiary/primitives';
import { inTime } from '../checks/in-time.ts';
import type { IssuerContext } from '../context.ts';
import { defineEndpoint } from '../endpoint.ts';
import type { Endpoint } from '../issuer.ts';
import type { LoginStart } from '../login/begin.ts';
import { completeLogin } from '../login/complete.ts';
import { scopesOfLogin } from '../login/connector-scopes.ts';
import { failuresOf, resumeLogin } from '../login/resume.ts';
import { hasTransaction, loadTransaction } from '../login/transaction.ts';
import { callbackUrl, localUrl } from '../login/urls.ts';
import { type Parameters, readParameters } from '../parameters.ts';
import { isFirstPost, postAgain, withoutMark } from '../post-again.ts';
import type { Reply } from '../reply.ts';
import type { IssuerRequest } from '../request.ts';

/** A SAML response with some thousand groups is the largest form there is. */
const LARGEST_ANSWER = 1024 * 1024;

/**
 * What a provider's answer may hold: OAuth 2.0, OpenID Connect, Apple (`user`) and SAML. Only these are posted again,
 * because anybody can post anything, and our page would hold all of it.
 */
const answerFields = [
  ...['state', 'code', 'iss', 'error', 'error_description', 'error_uri', 'id_token', 'session_state', 'user'],
  ...['RelayState', 'SAMLResponse'],
];

/** Characters of an answer field other than the SAML response: tokens of a provider have some thousand. */
const LONGEST_FIELD = 16_384;

/** `/callback/{connector}`, and the `/callback` that providers may know from Dex: the browser is back from the provider. */
export function callbackEndpoints(context: IssuerContext): readonly Endpoint[] {
  const paths = ['/callback', '/callback/:connector'] as const;
  return paths.map((path) =>
    defineEndpoint({
      name: 'callback',
      path,
      methods: ['GET', 'POST'],
      cors: false,
      audience: 'person',
      largestForm: LARGEST_ANSWER,
      handle: (request) => handleCallback(request, context),
    }),
  );
}

async function handleCallback(request: IssuerRequest, context: IssuerContext): Promise<Reply> {
  const answer = request.method === 'POST' ? (request.form ?? new URLSearchParams()) : request.query;
  const params = readParameters(answer);
  const id = params.get('state') ?? params.get('RelayState');
  if (id === undefined) throw new OstiaryError('oauth/invalid_request', 'The answer of the provider has no state.');
  if (isWithoutCookie(id, request) && isAwaited(request, context)) return bounce(request, params, context);
  const transaction = await loadTransaction(id, request, context);
  return failuresOf(transaction, { request, context, endpoint: 'callback' }, async () => {
    const start = await resumeLogin(transaction, context);
    const { entry } = start;
    if (entry.connector.via !== 'redirect' || !cameBackTo(request, start, context)) {
      throw new OstiaryError('upstream/protocol', 'This answer belongs to another provider.', {
        detail: { expected: entry.id, came: request.params.connector ?? '' },
      });
    }
    if (entry.connector.login.answeredBy === 'post' && request.method !== 'POST') {
      throw new OstiaryError('upstream/protocol', 'This answer must be posted.', { detail: { connector: entry.id } });
    }
    const finish = {
      scopes: await scopesOfLogin(start, context),
      callbackUrl: callbackUrl(context, entry),
      state: transaction.id,
      keep: transaction.keep,
      params: withoutMark(answer),
      headers: request.headers,
    };
    const identity = await inTime(entry.id, entry.connector.login.finish(finish));
    return completeLogin({ ...start, transaction, identity }, request, context);
  });
}

/**
 * A connector is answered only at the URL it was registered with, so a provider cannot be made to receive the code of
 * another one (mix-up, RFC 9700 section 4.4).
 */
function cameBackTo(request: IssuerRequest, { entry }: Pick<LoginStart, 'entry'>, context: IssuerContext): boolean {
  return new URL(callbackUrl(context, entry)).pathname === pathOf(request, context);
}

function pathOf({ params: { connector } }: IssuerRequest, context: IssuerContext): string {
  return localUrl(context, connector === undefined ? '/callback' : `/callback/${encodeURIComponent(connector)}`);
}

/** A form that another site had the browser post, as far as can be told. */
function isWithoutCookie(id: string, request: IssuerRequest): boolean {
  return isFirstPost(request) && !hasTransaction(id, request);
}

/** Whether some connector's provider sends people here. */
function isAwaited(request: IssuerRequest, context: IssuerContext): boolean {
  return context.connectors
    .list()
    .some((entry) => entry.connector.via === 'redirect' && cameBackTo(request, { entry }, context));
}

/**
 * A provider that posts from its own site comes without our `SameSite=Lax` cookie. Our own page posts the same fields
 * again, this time from our site.
 */
function bounce(request: IssuerRequest, params: Parameters, context: IssuerContext): Reply {
  const answer = answerFields.map((name) => [name, params.get(name)] as const);
  const present = answer.filter((field): field is [string, string] => field[1] !== undefined);
  if (!present.every(isPlausible)) {
    throw new OstiaryError('oauth/invalid_request', 'The answer of the provider cannot be read.');
  }
  return postAgain(pathOf(request, context), Object.fromEntries(present));
}

/** Only a SAML response is long, and it is Base64: other signs would grow sixfold as text of a page. */
function isPlausible([name, value]: readonly [string, string]): boolean {
  return name === 'SAMLResponse' ? /^[\w+/=\s]*$/.test(value) : value.length <= LONGEST_FIELD;
}
