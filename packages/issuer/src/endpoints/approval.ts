import { OstiaryError } from '@ostiary/primitives';
import { hashToken } from '@ostiary/token-core';
import type { IssuerContext } from '../context.ts';
import { defineEndpoint } from '../endpoint.ts';
import type { Endpoint } from '../issuer.ts';
import { answerClient } from '../login/complete.ts';
import { nameOf } from '../login/person-fields.ts';
import { failuresOf, resumeLogin } from '../login/resume.ts';
import { type LoginTransaction, loadTransaction } from '../login/transaction.ts';
import { localUrl } from '../login/urls.ts';
import type { ConsentItem } from '../page.ts';
import { readParameters } from '../parameters.ts';
import { decide } from '../policy/permit.ts';
import { type Authenticated, sinceOf } from '../records/authentication.ts';
import type { Reply } from '../reply.ts';
import { grantTypeOf, isForDevice } from '../requests/authorization-request.ts';
import { findLiveSession } from '../sessions/browser-session.ts';
import { rememberConsent } from '../sessions/consent.ts';

/** `/approval`: what the client asks for, and the person's word on it. */
export function approvalEndpoint(context: IssuerContext): Endpoint {
  return defineEndpoint({
    name: 'approval',
    path: '/approval',
    methods: ['GET', 'POST'],
    cors: false,
    audience: 'person',
    async handle(request) {
      const form = readParameters(request.form);
      // Scripts written for Dex send the form to the address of the page, which names the login already.
      const login = form.get('req') ?? readParameters(request.query).get('req');
      const transaction = await loadTransaction(login, request, context);
      return failuresOf(transaction, { request, context, endpoint: 'approval' }, () =>
        request.method === 'POST'
          ? answer(transaction, form.get('approval') === 'approve' ? 'approve' : 'reject', context)
          : ask(transaction, context),
      );
    },
  });
}

async function ask(transaction: LoginTransaction, context: IssuerContext): Promise<Reply> {
  const { client, authorization } = await resumeLogin(transaction, context);
  const record = await context.pendingLogins.get(pendingId(transaction));
  if (record === undefined) throw finished();
  const { identity } = record.value;
  const items: readonly ConsentItem[] = ['offline_access', 'profile', 'email', 'groups'];
  return {
    kind: 'page',
    status: 200,
    page: {
      name: 'approval',
      clientName: client.name,
      userName: nameOf(identity),
      req: transaction.id,
      action: localUrl(context, '/approval'),
      ...(isForDevice(authorization) && authorization.state !== undefined ? { userCode: authorization.state } : {}),
      items: items.filter((item) => authorization.scopes.includes(item)),
    },
  };
}

async function answer(
  transaction: LoginTransaction,
  word: 'approve' | 'reject',
  context: IssuerContext,
): Promise<Reply> {
  // Clients and connectors may have changed while the person was reading.
  const { client, entry } = await resumeLogin(transaction, context);
  const authenticated = await context.pendingLogins.take(pendingId(transaction));
  if (authenticated === undefined) throw finished();
  await requireSession(authenticated, context);
  if (word === 'reject') {
    const detail = { page: 'approval_rejected' };
    throw new OstiaryError('login/denied', 'The user rejected the request.', { detail });
  }
  const question = { client, connector: entry, identity: authenticated.identity, scopes: authenticated.request.scopes };
  await decide({ ...question, grantType: grantTypeOf(authenticated.request), since: sinceOf(authenticated) }, context);
  await rememberConsent(authenticated.sessionId, { client, scopes: authenticated.request.scopes }, context);
  return answerClient(authenticated, { client, transaction }, context);
}

/** Who logs out must not leave a page behind that the next one at this machine can go on with. */
async function requireSession({ sessionId }: Authenticated, context: IssuerContext): Promise<void> {
  if (sessionId === undefined || context.sessions === undefined) return;
  if ((await findLiveSession(sessionId, context)) !== undefined) return;
  throw new OstiaryError('login/expired', 'You were logged out meanwhile. Begin again.');
}

function pendingId({ pendingLogin }: LoginTransaction): string {
  if (pendingLogin === undefined) throw new OstiaryError('login/expired', 'Nobody has logged in yet. Begin again.');
  return hashToken(pendingLogin);
}

function finished(): OstiaryError {
  return new OstiaryError('login/expired', 'This login was finished or took too long.');
}
