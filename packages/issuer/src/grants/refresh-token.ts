import { isOstiaryError, OstiaryError } from '@ostiary/primitives';
import type { VersionedRecord } from '@ostiary/storage-sdk';
import { epochSeconds, type IssuerContext } from '../context.ts';
import { splitList } from '../parameters.ts';
import { decide, loginOf, type Permit } from '../policy/permit.ts';
import { familySince, type RefreshFamily } from '../records/refresh-family.ts';
import { isSessionOver } from '../sessions/browser-session.ts';
import type { IssuedTokens } from '../tokens/issue.ts';
import { familyMark, newTokenIds } from '../tokens/token-id.ts';
import type { GrantRequest } from './grant-request.ts';
import { loginConnector } from './login-connector.ts';
import { familyDeadline, revokeFamily, rotate, standingOf, successorOf } from './refresh-family.ts';
import { parseRefreshToken, type RefreshToken } from './refresh-token-format.ts';
import { renewIdentity } from './renew-identity.ts';
import { type Turn, takeTurn } from './turn.ts';

type FamilyRecord = VersionedRecord<RefreshFamily>;

/** How often to look again when another replica is asking the provider, and how long to wait in between. */
const MOST_TURNS = 100;
const TURN_MS = 100;

/**
 * `grant_type=refresh_token` (RFC 6749 section 6), rotating as RFC 9700 section 4.14 asks. A retry within the reuse
 * interval gets the same successor; any later use of an old token revokes the family.
 *
 * The record is replaced before tokens are minted and the answer is sent after both, so a process that dies in between
 * leaves the client with a token whose retry is answered.
 *
 * @throws {OstiaryError} `oauth/invalid_grant` when the login is over; `login/not_allowed` when policy refuses it today;
 *   `upstream/unavailable` when the provider cannot be asked now. With the last two the token stays good.
 */
export async function refresh(grant: GrantRequest, context: IssuerContext): Promise<IssuedTokens> {
  const text = grant.params.get('refresh_token');
  if (text === undefined) throw new OstiaryError('oauth/invalid_request', 'No refresh token is found in request.');
  const token = parseRefreshToken(text);
  if (token === undefined) throw invalidToken();
  for (let turn = 0; turn < MOST_TURNS; turn += 1) {
    const outcome = await context.refreshQueue.run(token.familyId, () => tryRefresh(token, grant, context));
    if (outcome !== 'again') return outcome;
    await context.sleep(TURN_MS * context.jitter());
  }
  throw new OstiaryError('storage/conflict', 'The server is busy. Please try again.');
}

async function tryRefresh(
  token: RefreshToken,
  grant: GrantRequest,
  context: IssuerContext,
): Promise<IssuedTokens | 'again'> {
  const record = await context.families.get(token.familyId);
  if (record === undefined || record.value.clientId !== grant.client.id) throw invalidToken();
  const family = record.value;
  if (isOver(family, context)) {
    if (await removeWhenOver(token.familyId, context)) throw invalidToken();
    return 'again';
  }
  const standing = standingOf(token, family, context);
  // Before the request is looked at: who holds no token of this family learns nothing of it, and ends it with any.
  if (standing.is === 'reused') return familyReused({ token, grant }, context);
  // Before the provider is asked about somebody whom an operator has put out.
  if (await isRevoked(family, grant, context)) return loginRevoked({ token, grant }, context);
  if (await isSessionOver(grant.client, family.sessionId, context)) return sessionOver({ token, grant }, context);
  const use: Use = { token, grant, scopes: narrowScopes(grant, family) };
  switch (standing.is) {
    case 'fresh':
      return answer({ permit: await permitFor(family, use, context), next: token, family }, context);
    case 'previous': {
      const permit = await permitFor(family, use, context);
      return answer({ permit, next: successorOf(token, standing.salt), family }, context);
    }
    case 'current':
      return renew(use, record, context);
  }
}

/** The limits as they are configured today: the record may have been written when they were longer. */
function isOver(family: RefreshFamily, { now, lifetimes }: IssuerContext): boolean {
  const deadline = familyDeadline(family, lifetimes.refreshToken);
  return deadline !== undefined && deadline <= now();
}

async function isRevoked(
  family: RefreshFamily,
  { client }: GrantRequest,
  { revocations }: IssuerContext,
): Promise<boolean> {
  const { connectorId, identity } = family;
  const login = { client, connector: { id: connectorId }, identity, since: familySince(family) };
  return (await revocations.find(login, () => loginOf(login))) !== undefined;
}

/** False when the login goes on: another replica used it after this one, which may have been paused, had read it. */
async function removeWhenOver(familyId: string, context: IssuerContext): Promise<boolean> {
  const left = await context.families.update(familyId, (family) =>
    family !== undefined && isOver(family, context) ? 'remove' : 'keep',
  );
  return left === undefined;
}

/** One use of a refresh token. */
interface Use {
  readonly token: RefreshToken;
  readonly grant: GrantRequest;
  /** What this answer is to cover: all that was granted, or less. */
  readonly scopes: readonly string[];
}

/** The current token is used. Whatever goes wrong in this turn, the next one need not wait for its lease to end. */
async function renew(use: Use, record: FamilyRecord, context: IssuerContext): Promise<IssuedTokens | 'again'> {
  // A key that cannot sign must show before anything is spent, here or at the provider.
  context.keys.signer(use.grant.client.signingAlgorithm);
  const turn = await takeTurn(use.token.familyId, record, context);
  if (turn === 'wait') return 'again';
  try {
    return await renewInTurn(use, turn, context);
  } catch (error) {
    await turn.giveUp();
    throw isOstiaryError(error, 'seal/invalid') ? loginUnreadable(use, record, error) : error;
  }
}

/** Asks the provider, replaces the record, mints. */
async function renewInTurn(use: Use, turn: Turn, context: IssuerContext): Promise<IssuedTokens | 'again'> {
  const { token } = use;
  const identity = await renewIdentity(turn, use.grant.client, context);
  // Who was paused for longer than the lease may have shown what another replica has spent since.
  if (identity === 'rejected') return (await turn.isMine()) ? loginRejected(use, context) : 'again';
  const mine = turn.record();
  // By what the provider says today: it may have told of a group only now.
  const isEnded = await isRevoked({ ...mine.value, identity }, use.grant, context);
  if (isEnded) return (await turn.isMine()) ? loginRevoked(use, context) : 'again';
  // The provider took its time, and the person may have logged out.
  if (await isSessionOver(use.grant.client, mine.value.sessionId, context)) return sessionOver(use, context);
  const permit = await permitFor({ ...mine.value, identity }, use, context);
  const { client } = use.grant;
  const { family, next } = rotate({ token, client }, { ...mine.value, identity }, context);
  const expiresAt = familyDeadline(family, context.lifetimes.refreshToken);
  const replaced = await context.families.replace(token.familyId, mine.version, { set: family, expiresAt });
  if (replaced === undefined) return 'again';
  return answer({ permit, next, family }, context);
}

interface Answer {
  readonly permit: Permit;
  /** The refresh token that goes with it. */
  readonly next: RefreshToken;
  readonly family: RefreshFamily;
}

function answer({ permit, next, family }: Answer, context: IssuerContext): Promise<IssuedTokens> {
  const { nonce, authTime, sessionId } = family;
  const tokenIds = newTokenIds(context.random, familyMark(next.familyId));
  return context.issueTokens(permit, { nonce, authTime, sessionId, tokenIds, refreshToken: next.text });
}

/** Asks policy again at every refresh; what it refuses now ends this use, and the record stays for a change of mind. */
async function permitFor(
  family: RefreshFamily,
  { scopes, grant: { client } }: Use,
  context: IssuerContext,
): Promise<Permit> {
  const connector = loginConnector(family.connectorId, context);
  const who = { identity: family.identity, since: familySince(family) };
  return decide({ grantType: 'refresh_token', client, connector, scopes, ...who }, context);
}

/** Fewer scopes than were granted are fine, and do not shrink the grant (RFC 6749 section 6). */
function narrowScopes({ params }: GrantRequest, { scopes }: RefreshFamily): readonly string[] {
  const asked = splitList(params.get('scope'));
  const extra = asked.filter((scope) => !scopes.includes(scope));
  if (extra.length > 0) {
    const list = extra.map((scope) => JSON.stringify(scope)).join(' ');
    throw new OstiaryError('oauth/invalid_scope', `Requested scopes contain unauthorized scope(s): [${list}].`);
  }
  return asked.length === 0 ? scopes : asked;
}

async function familyReused(use: Ending, context: IssuerContext): Promise<never> {
  const { grant } = use;
  await endLogin(use, 'refresh token reused', context);
  grant.request.log.warn('refresh.reused', { client: grant.client.id, at: epochSeconds(context.now()) });
  throw invalidToken();
}

type Ending = Pick<Use, 'token' | 'grant'>;

async function loginRejected(use: Ending, context: IssuerContext): Promise<never> {
  await endLogin(use, 'login over', context);
  use.grant.request.log.info('refresh.rejected', { client: use.grant.client.id });
  throw loginOver();
}

async function loginRevoked(use: Ending, context: IssuerContext): Promise<never> {
  await endLogin(use, 'revoked by an operator', context);
  use.grant.request.log.info('refresh.revoked', { client: use.grant.client.id });
  throw loginOver();
}

async function sessionOver(use: Ending, context: IssuerContext): Promise<never> {
  await endLogin(use, 'session over', context);
  use.grant.request.log.info('refresh.session_over', { client: use.grant.client.id });
  throw loginOver();
}

const endLogin = ({ token, grant: { client } }: Ending, reason: string, context: IssuerContext): Promise<void> =>
  revokeFamily(token.familyId, { client, reason }, context);

const loginOver = (): OstiaryError =>
  new OstiaryError('oauth/invalid_grant', 'The login is over. Please log in again.');

/** The sealing key is lost. The record stays, because a backup may bring the key back, and expires in its time. */
function loginUnreadable({ grant }: Use, { value: { connectorId } }: FamilyRecord, cause: OstiaryError): OstiaryError {
  grant.request.log.warn('refresh.unreadable', { client: grant.client.id, connector: connectorId });
  return new OstiaryError('oauth/invalid_grant', 'This login cannot be renewed. Please log in again.', { cause });
}

function invalidToken(): OstiaryError {
  return new OstiaryError(
    'oauth/invalid_grant',
    'Refresh token is invalid or has already been claimed by another client.',
  );
}
