import { OstiaryError, Secret } from '@ostiary/primitives';
import { inTime } from '../checks/in-time.ts';
import type { IssuerContext } from '../context.ts';
import { defineEndpoint } from '../endpoint.ts';
import type { Endpoint } from '../issuer.ts';
import type { LoginStart } from '../login/begin.ts';
import { completeLogin } from '../login/complete.ts';
import { scopesOfLogin } from '../login/connector-scopes.ts';
import { connectorsFor } from '../login/connectors.ts';
import { checkWithinBudget, type Limited } from '../login/password-budget.ts';
import { failuresOf, resumeLogin } from '../login/resume.ts';
import { type LoginTransaction, loadTransaction } from '../login/transaction.ts';
import { localUrl, restartUrl } from '../login/urls.ts';
import { readParameters } from '../parameters.ts';
import type { Reply } from '../reply.ts';
import type { IssuerRequest } from '../request.ts';

/** `/auth/{connector}/login`: the password form. It posts back to itself, with the login in the query. */
export function passwordEndpoint(context: IssuerContext): Endpoint {
  return defineEndpoint({
    name: 'password',
    path: '/auth/:connector/login',
    methods: ['GET', 'POST'],
    cors: false,
    audience: 'person',
    async handle(request) {
      const transaction = await loadTransaction(readParameters(request.query).get('state'), request, context);
      return failuresOf(transaction, { request, context, endpoint: 'password' }, async () => {
        const start = await resumeLogin(transaction, context);
        if (start.entry.id !== request.params.connector) {
          throw new OstiaryError('oauth/invalid_request', 'This login was begun with another connector.');
        }
        if (request.method === 'POST') return checkPassword({ start, transaction }, request, context);
        return form({ start, transaction }, context);
      });
    },
  });
}

interface PasswordStep {
  readonly start: LoginStart;
  readonly transaction: LoginTransaction;
}

async function checkPassword(step: PasswordStep, request: IssuerRequest, context: IssuerContext): Promise<Reply> {
  const { start, transaction } = step;
  const { connector } = start.entry;
  if (connector.via !== 'password') throw notPassword(start);
  const params = readParameters(request.form);
  const username = params.get('login') ?? '';
  const password = params.get('password') ?? '';
  const remembered = params.get('remember_me') === 'on';
  const scopes = await scopesOfLogin(start, context);
  const ask = { username, password: new Secret(password), scopes };
  const attempt = { connectorId: start.entry.id, username, address: request.clientAddress };
  const outcome =
    username === '' || isNoPassword(password)
      ? 'rejected'
      : await checkWithinBudget(attempt, () => inTime(start.entry.id, connector.login.check(ask)), context);
  // Not the name: people type their password there, too.
  const fields = { connector: start.entry.id, client: start.client.id, clientAddress: request.clientAddress };
  if (outcome === 'rejected') {
    request.log.warn('login.rejected', fields);
    return form(step, context, { username, remembered });
  }
  if ('limited' in outcome) {
    request.log.warn('login.limited', { ...fields, limit: outcome.limited, retryAfter: outcome.retryAfter });
    return tooManyTries(step, outcome, { request, context });
  }
  return completeLogin({ ...start, transaction, identity: outcome, remembered }, request, context);
}

/**
 * An empty password is an anonymous bind to a directory: it must not even be asked (RFC 4513 section 5.1.2). At U+0000 a
 * server that is written in C cuts it, and nothing may be left.
 */
const isNoPassword = (password: string): boolean => password === '' || password.includes('\0');

async function form(
  { start, transaction }: PasswordStep,
  context: IssuerContext,
  rejected?: { readonly username: string; readonly remembered: boolean },
): Promise<Reply> {
  const { entry, client, authorization } = start;
  if (entry.connector.via !== 'password') throw notPassword(start);
  const choices = connectorsFor({ client, redirectUri: authorization.redirectUri }, context).length;
  return {
    kind: 'page',
    status: rejected === undefined ? 200 : 401,
    page: {
      name: 'password',
      connectorName: entry.name,
      prompt: entry.connector.login.prompt,
      action: formUrl({ start, transaction }, context),
      username: rejected?.username ?? authorization.loginHint ?? '',
      invalid: rejected !== undefined,
      ...(context.sessions === undefined ? {} : { rememberMe: rejected?.remembered ?? context.sessions.remembered }),
      ...(choices > 1 ? { backUrl: await restartUrl(context, authorization) } : {}),
    },
  };
}

function formUrl({ start, transaction }: PasswordStep, context: IssuerContext): string {
  return localUrl(context, `/auth/${encodeURIComponent(start.entry.id)}/login`, { state: transaction.id });
}

/** The login stays where it is: who waits can go on with it. */
function tooManyTries(
  step: PasswordStep,
  { retryAfter }: Limited,
  { request, context }: { readonly request: IssuerRequest; readonly context: IssuerContext },
): Reply {
  const { requestId } = request;
  return {
    kind: 'page',
    status: 429,
    headers: { 'retry-after': String(retryAfter) },
    page: { name: 'error', problem: 'too_many_logins', requestId, retryUrl: formUrl(step, context) },
  };
}

function notPassword({ entry }: LoginStart): OstiaryError {
  return new OstiaryError('login/expired', 'This login has no password form.', { detail: { connector: entry.id } });
}
