import { OstiaryError } from '@ostiary/primitives';
import { isLoopback, mayAnswerTo } from '../checks/redirect-uri.ts';
import type { IssuerContext } from '../context.ts';
import { denyDevice } from '../devices/device.ts';
import { logFailure } from '../endpoint.ts';
import { asOstiaryError, errorPage, errorToClient } from '../replies.ts';
import type { Reply } from '../reply.ts';
import type { IssuerRequest } from '../request.ts';
import { isForDevice } from '../requests/authorization-request.ts';
import { type LoginStart, withRetry } from './begin.ts';
import { requireConnector } from './connectors.ts';
import { endTransaction, type LoginTransaction } from './transaction.ts';
import { restartUrl } from './urls.ts';

/**
 * Client and connector of a transaction, as they are now: configuration may have changed since it began.
 *
 * @throws {OstiaryError} `login/expired`, `login/not_allowed`
 */
export async function resumeLogin(transaction: LoginTransaction, context: IssuerContext): Promise<LoginStart> {
  const client = await context.clients.find(transaction.request.clientId);
  if (client === undefined) throw new OstiaryError('login/expired', 'The application of this login is gone.');
  const { redirectUri } = transaction.request;
  if (!mayAnswerTo(client, redirectUri)) {
    throw new OstiaryError('login/expired', 'The application has another address now. Begin again there.');
  }
  const entry = requireConnector(transaction.connectorId, { client, redirectUri }, context);
  return { client, entry, authorization: transaction.request };
}

/**
 * Runs a step of a login after its transaction is known. What went wrong is told to the client when it is OAuth's or
 * the person declined, else to the person, with a way to begin again.
 */
export async function failuresOf(
  transaction: LoginTransaction,
  {
    request,
    context,
    endpoint,
  }: { readonly request: IssuerRequest; readonly context: IssuerContext; readonly endpoint: string },
  step: () => Promise<Reply>,
): Promise<Reply> {
  try {
    return await step();
  } catch (thrown) {
    const code = asOstiaryError(thrown).code;
    const { error, retryUrl } = withRetry(thrown, await restartUrl(context, transaction.request));
    logFailure(endpoint, error, request);
    const cookies = [endTransaction(transaction)];
    if (isForClient(code, transaction.request)) {
      if (code === 'login/denied' && isForDevice(transaction.request)) await denyDevice(transaction.request, context);
      const from = { issuer: context.issuer, cookies, request, retryUrl };
      return errorToClient(error, transaction.request, from);
    }
    return code === 'login/expired'
      ? errorPage(error, request, retryUrl)
      : { ...errorPage(error, request, retryUrl), cookies };
  }
}

/**
 * Whether the client hears of a failure, and not the person alone: what is OAuth's own, and that they declined. A program
 * on their machine also hears that they may not log in: it waits, in a terminal perhaps, and has nothing else to wait for.
 */
export function isForClient(
  code: OstiaryError['code'],
  { redirectUri }: Pick<LoginTransaction['request'], 'redirectUri'>,
): boolean {
  if (code === 'login/not_allowed') return isLoopback(redirectUri);
  return code === 'login/denied' || (code.startsWith('oauth/') && code !== 'oauth/server_error');
}
