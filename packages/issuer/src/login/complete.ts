import type { Identity } from '@ostiary/connector-sdk';
import { OstiaryError } from '@ostiary/primitives';
import { hashToken, randomToken } from '@ostiary/token-core';
import { after, epochSeconds, type IssuerContext } from '../context.ts';
import { approveDevice } from '../devices/device.ts';
import { decide } from '../policy/permit.ts';
import { type Authenticated, sinceOf } from '../records/authentication.ts';
import { type AcceptedIdentity, storeIdentity } from '../records/stored-identity.ts';
import { codeToClient } from '../replies.ts';
import type { Reply } from '../reply.ts';
import type { IssuerRequest } from '../request.ts';
import { grantTypeOf, isForDevice } from '../requests/authorization-request.ts';
import { openSession } from '../sessions/browser-session.ts';
import { needsConsent } from '../sessions/consent.ts';
import { acceptIdentity } from './accept-identity.ts';
import type { LoginStart } from './begin.ts';
import { authTimeOf } from './freshness.ts';
import { personFields } from './person-fields.ts';
import { endTransaction, type LoginTransaction, saveTransaction } from './transaction.ts';
import { localUrl } from './urls.ts';

/** A login whose person has just proved who they are. */
export interface CompletedLogin extends LoginStart {
  readonly transaction: LoginTransaction;
  readonly identity: Identity;
  /** The browser keeps the session when it is closed. Absent: as the issuer has it. */
  readonly remembered?: boolean;
}

/** From an identity to the client: asks policy, then for consent where it is needed, then issues a code. */
export async function completeLogin(
  login: CompletedLogin,
  request: IssuerRequest,
  context: IssuerContext,
): Promise<Reply> {
  const { client, entry, authorization, transaction } = login;
  const identity = acceptIdentity(login.identity, entry);
  const authenticated = await authenticate({ ...login, identity }, context);
  const question = {
    client,
    connector: entry,
    identity: authenticated.identity,
    scopes: authorization.scopes,
    since: sinceOf(authenticated),
  };
  const permit = await decide({ ...question, grantType: grantTypeOf(authorization) }, context);
  if (authorization.expectedSubject !== undefined && authorization.expectedSubject !== permit.subject) {
    throw new OstiaryError('oauth/login_required', 'id_token_hint does not match authenticated user.');
  }
  const { remembered = context.sessions?.remembered ?? false } = login;
  const mustAgree = needsConsent(authorization, { client, session: undefined }, context);
  const finished = { authenticated, client, connector: entry.connector, remembered, mustAgree };
  const opened = await openSession(finished, request, context);
  const session = opened?.session;
  const known = { ...authenticated, sessionId: session?.id };
  const reply = needsConsent(authorization, { client, session }, context)
    ? await askForConsent(known, { transaction, request }, context)
    : await answerClient(known, { client, transaction }, context);
  // Only now: a storage that is down ends a login, too.
  request.log.info('login.successful', personFields({ identity, connector: entry.id, client: client.id }));
  return opened === undefined ? reply : { ...reply, cookies: [...(reply.cookies ?? []), opened.cookie] };
}

/** Keeps what is known of the person while they read what the client asks for. */
export async function askForConsent(
  authenticated: Authenticated,
  { transaction, request }: { readonly transaction: LoginTransaction; readonly request: IssuerRequest },
  context: IssuerContext,
): Promise<Reply> {
  const id = randomToken(context.random);
  const expiresAt = after(context, context.lifetimes.login);
  const cookies = await saveTransaction({ ...transaction, keep: null, pendingLogin: id }, request, context);
  await context.pendingLogins.create(hashToken(id), authenticated, { expiresAt });
  const location = localUrl(context, '/approval', { req: transaction.id });
  return { kind: 'redirect', status: 303, location, cookies };
}

/** Makes the authorization code and hands it to the client, or keeps it for the device; the login is over. */
export async function answerClient(
  authenticated: Authenticated,
  { client, transaction }: Pick<CompletedLogin, 'client'> & Partial<Pick<CompletedLogin, 'transaction'>>,
  context: IssuerContext,
): Promise<Reply> {
  const cookies = transaction === undefined ? [] : [endTransaction(transaction)];
  if (isForDevice(authenticated.request)) {
    await approveDevice(authenticated, context);
    return { kind: 'page', status: 200, page: { name: 'device-approved', clientName: client.name }, cookies };
  }
  const code = randomToken(context.random);
  await context.codes.create(hashToken(code), authenticated, { expiresAt: after(context, context.lifetimes.code) });
  const { redirectUri, state } = authenticated.request;
  return codeToClient(code, { redirectUri, state }, { issuer: context.issuer, cookies });
}

async function authenticate(
  login: Omit<CompletedLogin, 'identity'> & { readonly identity: AcceptedIdentity },
  context: IssuerContext,
): Promise<Authenticated> {
  const { identity, authorization, entry } = login;
  const authTime = authTimeOf(login, context);
  return {
    request: authorization,
    connectorId: entry.id,
    identity: await storeIdentity(identity, context.sealer),
    authTime,
    loggedInAt: epochSeconds(context.now()),
  };
}
