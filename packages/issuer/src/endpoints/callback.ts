import { OstiaryError } from '@ostiary/primitives';
import type { IssuerContext } from '../context.ts';
import { defineEndpoint } from '../endpoint.ts';
import type { Endpoint } from '../issuer.ts';
import { connectorScopes, type LoginStart } from '../login/begin.ts';
import { completeLogin } from '../login/complete.ts';
import { failuresOf, resumeLogin } from '../login/resume.ts';
import { hasTransaction, loadTransaction } from '../login/transaction.ts';
import { callbackUrl, localUrl } from '../login/urls.ts';
import { readParameters } from '../parameters.ts';
import type { Reply } from '../reply.ts';
import type { IssuerRequest } from '../request.ts';

/** Marks a form that has been through {@link bounce} already. */
const BOUNCED = 'ostiary_bounced';

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
      handle: (request) => handleCallback(request, context),
    }),
  );
}

async function handleCallback(request: IssuerRequest, context: IssuerContext): Promise<Reply> {
  const answer = request.method === 'POST' ? (request.form ?? new URLSearchParams()) : request.query;
  const params = readParameters(answer);
  const id = params.get('state') ?? params.get('RelayState');
  if (id === undefined) throw new OstiaryError('oauth/invalid_request', 'The answer of the provider has no state.');
  if (request.method === 'POST' && !hasTransaction(id, request) && !answer.has(BOUNCED)) {
    return bounce(request, answer, context);
  }
  const transaction = await loadTransaction(id, request, context);
  return failuresOf(transaction, { request, context, endpoint: 'callback' }, async () => {
    const start = await resumeLogin(transaction, context);
    const { entry } = start;
    if (entry.connector.via !== 'redirect' || !cameBackTo(request, start, context)) {
      throw new OstiaryError('upstream/protocol', 'This answer belongs to another provider.', {
        detail: { expected: entry.id, came: request.params.connector ?? '' },
      });
    }
    const identity = await entry.connector.login.finish({
      scopes: connectorScopes(start.authorization),
      callbackUrl: callbackUrl(context, entry),
      state: transaction.id,
      keep: transaction.keep,
      params: withoutMark(answer),
      headers: request.headers,
    });
    return completeLogin({ ...start, transaction, identity }, request, context);
  });
}

/**
 * A connector is answered only at the URL it was registered with, so a provider cannot be made to receive the code of
 * another one (mix-up, RFC 9700 section 4.4).
 */
function cameBackTo(request: IssuerRequest, { entry }: Pick<LoginStart, 'entry'>, context: IssuerContext): boolean {
  const expected = new URL(callbackUrl(context, entry)).pathname;
  const { connector } = request.params;
  const actual = localUrl(
    context,
    connector === undefined ? '/callback' : `/callback/${encodeURIComponent(connector)}`,
  );
  return expected === actual;
}

/**
 * A provider that posts from its own site comes without our `SameSite=Lax` cookie. Our own page posts the same fields
 * again, this time from our site.
 */
function bounce(request: IssuerRequest, answer: URLSearchParams, context: IssuerContext): Reply {
  const { connector } = request.params;
  const action = localUrl(
    context,
    connector === undefined ? '/callback' : `/callback/${encodeURIComponent(connector)}`,
  );
  const fields = { ...Object.fromEntries(answer), [BOUNCED]: '1' };
  return { kind: 'page', status: 200, page: { name: 'submit-form', action, fields } };
}

function withoutMark(answer: URLSearchParams): URLSearchParams {
  const params = new URLSearchParams(answer);
  params.delete(BOUNCED);
  return params;
}
