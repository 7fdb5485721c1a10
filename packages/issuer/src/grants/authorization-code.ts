import { OstiaryError } from '@ostiary/primitives';
import type { RecordId, VersionedRecord } from '@ostiary/storage-sdk';
import { hashToken } from '@ostiary/token-core';
import { checkCodeVerifier } from '../checks/pkce.ts';
import type { Client } from '../client.ts';
import type { ConnectorEntry } from '../connectors.ts';
import type { IssuerContext } from '../context.ts';
import { decide } from '../policy/permit.ts';
import { sinceOf } from '../records/authentication.ts';
import type { AuthorizationCode } from '../records/authorization-code.ts';
import { grantTypeOf } from '../requests/authorization-request.ts';
import { isSessionOver } from '../sessions/browser-session.ts';
import type { IssuedTokens } from '../tokens/issue.ts';
import { familyMark, markOf, newTokenIds } from '../tokens/token-id.ts';
import type { GrantRequest } from './grant-request.ts';
import { loginConnector } from './login-connector.ts';
import { createFamily, markRevoked, revokeFamily, tokensEnd } from './refresh-family.ts';

/**
 * `grant_type=authorization_code` (RFC 6749 section 4.1.3). The code is marked as used by compare and set before
 * anything is minted, so of parallel requests one gets tokens. A second use revokes what the first one produced.
 *
 * The refresh family is made before the mark: whoever sees the mark can revoke the family. A process that dies between
 * the two leaves a family that nobody has a token of, which expires.
 *
 * @throws {OstiaryError} `oauth/invalid_grant`, `oauth/invalid_request`, `login/not_allowed`; `upstream/unavailable` and
 *   `keys/unavailable`, and the code stays good
 */
export async function redeemCode(grant: GrantRequest, context: IssuerContext): Promise<IssuedTokens> {
  const { params, client } = grant;
  const code = params.get('code');
  if (code === undefined) throw new OstiaryError('oauth/invalid_request', 'Required param: code.');
  const id = hashToken(code);
  const record = await context.codes.get(id);
  if (record === undefined || record.value.request.clientId !== client.id) throw invalidCode();
  if (record.value.used === undefined && params.get('redirect_uri') !== record.value.request.redirectUri) {
    throw new OstiaryError('oauth/invalid_grant', 'redirect_uri did not match URI from initial request.');
  }
  return redeem({ id, record, code }, grant, context);
}

/** What a person's login left for a client that has proved which login it means. */
export interface Redeemable {
  readonly id: RecordId;
  readonly record: VersionedRecord<AuthorizationCode>;
  /** What the browser carried, for `c_hash`. */
  readonly code?: string;
}

/** Tokens for what a client redeems, once. The record is this client's. Errors: {@link redeemCode}. */
export async function redeem(
  { id, record, code }: Redeemable,
  grant: GrantRequest,
  context: IssuerContext,
): Promise<IssuedTokens> {
  const { params, client } = grant;
  if (record.value.used !== undefined) return codeReused(id, grant, context);
  const { request: authorization, identity, connectorId, authTime, sessionId } = record.value;
  checkCodeVerifier(authorization.codeChallenge, params.get('code_verifier'));
  if (await isSessionOver(client, sessionId, context)) throw invalidCode();
  const connector = loginConnector(connectorId, context);
  const question = { client, connector, identity, scopes: authorization.scopes, since: sinceOf(record.value) };
  const permit = await decide({ ...question, grantType: grantTypeOf(authorization) }, context);
  // A key that cannot sign must show before the code is spent.
  context.keys.signer(client.signingAlgorithm);

  const refreshToken = mayRefresh(record.value, { client, connector }, context)
    ? await createFamily(record.value, client, context)
    : undefined;
  const tokenIds = newTokenIds(context.random, refreshToken && familyMark(refreshToken.familyId));
  const family = refreshToken === undefined ? {} : { familyId: refreshToken.familyId };
  const used = { accessTokenId: tokenIds.access, tokensEnd: tokensEnd(client, context), ...family };
  const by = { set: { ...record.value, used }, expiresAt: record.expiresAt };
  const marked = await context.codes.replace(id, record.version, by);
  if (marked === undefined) {
    if (refreshToken !== undefined) await context.families.take(refreshToken.familyId);
    return codeReused(id, grant, context);
  }
  const own = refreshToken === undefined ? {} : { refreshToken: refreshToken.text };
  const bound = code === undefined ? {} : { code };
  return context.issueTokens(permit, {
    nonce: authorization.nonce,
    authTime,
    sessionId,
    tokenIds,
    ...bound,
    ...own,
  });
}

/** A refresh token is given when it was asked for, and the issuer, the connector, its configuration and this login allow it. */
function mayRefresh(
  { request, identity, sessionId }: AuthorizationCode,
  { client, connector: { connector, grantTypes } }: { readonly client: Client; readonly connector: ConnectorEntry },
  context: IssuerContext,
): boolean {
  // What should end with a session must have one; a connector may want none.
  if (client.refreshTokenLifetime === 'session' && sessionId === undefined) return false;
  const configured = context.grantTypes.includes('refresh_token') && (grantTypes?.includes('refresh_token') ?? true);
  const possible = connector.refresh !== undefined && identity.renewable !== false;
  return request.scopes.includes('offline_access') && possible && configured;
}

/** Two parties hold this code, and one of them is not the client: what was given for it is taken back. */
async function codeReused(id: RecordId, { request, client }: GrantRequest, context: IssuerContext): Promise<never> {
  const used = (await context.codes.get(id))?.value.used;
  const reason = 'code reused';
  if (used?.familyId !== undefined) await revokeFamily(used.familyId, { client, reason }, context);
  if (used?.accessTokenId !== undefined) {
    const until = Math.max(used.tokensEnd ?? 0, tokensEnd(client, context));
    await markRevoked(markOf(used.accessTokenId), { reason, until }, context);
  }
  request.log.warn('code.reused', { client: client.id, revokedFamily: used?.familyId !== undefined });
  throw invalidCode();
}

function invalidCode(): OstiaryError {
  return new OstiaryError('oauth/invalid_grant', 'Invalid or expired code parameter.');
}
