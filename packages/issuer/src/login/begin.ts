import { isOstiaryError, OstiaryError } from '@ostiary/primitives';
import { inTime } from '../checks/in-time.ts';
import { requireStep } from '../checks/step.ts';
import type { Client } from '../client.ts';
import type { ConnectorEntry } from '../connectors.ts';
import type { IssuerContext } from '../context.ts';
import type { Reply } from '../reply.ts';
import type { IssuerRequest } from '../request.ts';
import type { AuthorizationRequest } from '../requests/authorization-request.ts';
import { scopesOfLogin } from './connector-scopes.ts';
import { wantsFreshLogin } from './freshness.ts';
import { newTransactionId, saveTransaction } from './transaction.ts';
import { callbackUrl, localUrl } from './urls.ts';

/** A checked authorization request and who will log the person in. */
export interface LoginStart {
  readonly client: Client;
  readonly entry: ConnectorEntry;
  readonly authorization: AuthorizationRequest;
}

/** Sends the browser on its way: to the provider, or to our own password form. Writes nothing to the storage. */
export async function beginLogin(start: LoginStart, request: IssuerRequest, context: IssuerContext): Promise<Reply> {
  const { entry, authorization } = start;
  const base = { id: newTransactionId(context), request: authorization, connectorId: entry.id };
  if (entry.connector.via === 'password') {
    const cookies = await saveTransaction({ ...base, keep: null }, request, context);
    const path = `/auth/${encodeURIComponent(entry.id)}/login` as const;
    return { kind: 'redirect', status: 302, location: localUrl(context, path, { state: base.id }), cookies };
  }
  const ask = {
    scopes: await scopesOfLogin(start, context),
    callbackUrl: callbackUrl(context, entry),
    state: base.id,
    ...(authorization.loginHint === undefined ? {} : { loginHint: authorization.loginHint }),
    ...(wantsFreshLogin(authorization) ? { forceLogin: true } : {}),
  };
  const step = await inTime(entry.id, entry.connector.login.begin(ask));
  requireStep(step);
  const cookies = await saveTransaction({ ...base, keep: step.keep }, request, context);
  if (step.kind === 'redirect') return { kind: 'redirect', status: 302, location: step.url, cookies };
  return {
    kind: 'page',
    status: 200,
    page: { name: 'submit-form', action: step.action, fields: step.fields },
    cookies,
  };
}

/** A failure of the provider, with a way to begin again. */
export function withRetry(
  error: unknown,
  retryUrl: string,
): { readonly error: OstiaryError; readonly retryUrl: string } {
  const known = isOstiaryError(error)
    ? error
    : new OstiaryError('upstream/protocol', 'The login failed. Please try again later.', { cause: error });
  return { error: known, retryUrl };
}
