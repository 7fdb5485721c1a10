import type { ConnectorScopes, TokenExchange } from '@ostiary/connector-sdk';
import { OstiaryError, Secret } from '@ostiary/primitives';
import { inTime } from '../checks/in-time.ts';
import { checkAudience, checkKnownScopes } from '../checks/scope.ts';
import type { ConnectorEntry } from '../connectors.ts';
import { epochSeconds, type IssuerContext } from '../context.ts';
import { TOKEN_EXCHANGE } from '../grant-type.ts';
import { acceptIdentity } from '../login/accept-identity.ts';
import { connectorScopes } from '../login/connector-scopes.ts';
import { personFields } from '../login/person-fields.ts';
import { type Parameters, splitList } from '../parameters.ts';
import { decide, requireOpenDoor } from '../policy/permit.ts';
import { type AcceptedIdentity, storeIdentity } from '../records/stored-identity.ts';
import { type IssuedTokens, type TokenType, tokenTypes } from '../tokens/issue.ts';
import { newTokenId } from '../tokens/token-id.ts';
import type { GrantRequest } from './grant-request.ts';
import { findConnector } from './login-connector.ts';

/**
 * Token exchange (RFC 8693): who holds a token of a provider gets one of ours, without a browser. The connector says
 * whose token it is. Nothing is written, so requests cannot meet and a process that dies leaves nothing behind.
 *
 * Everything that can be told without the provider is told before it is asked.
 *
 * @throws {OstiaryError} `oauth/invalid_request`, `oauth/invalid_scope`, `oauth/invalid_target`, `login/not_allowed`;
 *   `upstream/unavailable` when the provider cannot be asked now
 */
export async function exchangeToken(grant: GrantRequest, context: IssuerContext): Promise<IssuedTokens> {
  const { client, request } = grant;
  const wanted = await readWanted(grant, context);
  const connector = requireConnector(grant, context);
  const door = { grantType: TOKEN_EXCHANGE, client, connector } as const;
  requireOpenDoor(door);
  const identity = await askConnector(connector, {
    grant,
    scopes: await connectorScopes({ client, connector, ...wanted }, context),
  });
  const stored = await storeIdentity(identity, context.sealer);
  const { scopes, audience, type } = wanted;
  const permit = await decide(
    { ...door, identity: stored, scopes, audience, since: epochSeconds(context.now()) },
    context,
  );
  const tokenId = newTokenId(context.random);
  const issued = await context.issueOneToken(permit, { type, authTime: stored.authentication?.time, tokenId });
  request.log.info('exchange.successful', personFields({ identity, connector: connector.id, client: client.id }));
  return issued;
}

/** What the client wants to have. */
interface Wanted {
  readonly type: TokenType;
  readonly scopes: readonly string[];
  readonly audience: readonly string[];
}

async function readWanted({ params, client }: GrantRequest, { clients }: IssuerContext): Promise<Wanted> {
  refuseUnsupported(params);
  const scopes = await checkKnownScopes(splitList(params.get('scope')), client, clients);
  return {
    type: readTokenType(params),
    // A job that can get another token of its provider needs no refresh token, so none is given and none is promised.
    scopes: scopes.filter((scope) => scope !== 'offline_access'),
    audience: await checkAudience(params.getAll('audience'), client, clients),
  };
}

/** Leaving these out in silence would give a token that is good for more, or for others, than was asked for. */
function refuseUnsupported(params: Parameters): void {
  if (params.getAll('resource').length > 0) {
    throw new OstiaryError('oauth/invalid_target', 'resource is not supported. Name a client ID in audience instead.');
  }
  if (params.get('actor_token') !== undefined || params.get('actor_token_type') !== undefined) {
    throw new OstiaryError('oauth/invalid_request', 'actor_token is not supported: nobody can act for somebody else.');
  }
}

/** What was sent is not repeated, here and below: who mixes up two parameters sends a token in the wrong one. */
function readTokenType(params: Parameters): TokenType {
  const named = params.get('requested_token_type') ?? tokenTypes[0];
  const type = tokenTypes.find((known) => known === named);
  if (type !== undefined) return type;
  const message = `Unsupported requested_token_type. Name ${tokenTypes.join(' or ')}.`;
  throw new OstiaryError('oauth/invalid_request', message);
}

function requireConnector({ params, client }: GrantRequest, context: IssuerContext): ConnectorEntry {
  const id = required(params, 'connector_id');
  const connector = findConnector(id, context);
  if (connector !== undefined) return connector;
  throw new OstiaryError('oauth/invalid_request', 'Requested connector does not exist.', {
    detail: { client: client.id },
  });
}

/** Whose token it is. */
async function askConnector(
  entry: ConnectorEntry,
  { grant: { params, client }, scopes }: { readonly grant: GrantRequest; readonly scopes: ConnectorScopes },
): Promise<AcceptedIdentity> {
  const { id, connector } = entry;
  const exchange = requireExchange(id, connector.exchange);
  const subjectToken = new Secret(required(params, 'subject_token'));
  const subjectTokenType = requireSubjectTokenType(params, exchange);
  const ask = { subjectToken, subjectTokenType, scopes };
  const identity = await inTime(id, exchange.exchange(ask));
  if (identity === 'rejected') {
    const message = 'The subject_token is no good at this connector: forged, expired, or meant for somebody else.';
    throw new OstiaryError('oauth/invalid_request', message, { detail: { connector: id, client: client.id } });
  }
  return acceptIdentity(identity, entry);
}

function requireExchange(connectorId: string, exchange: TokenExchange | undefined): TokenExchange {
  if (exchange !== undefined) return exchange;
  throw new OstiaryError('oauth/invalid_request', 'Requested connector does not support token exchange.', {
    detail: { connector: connectorId },
  });
}

function requireSubjectTokenType(params: Parameters, { subjectTokenTypes }: TokenExchange): string {
  const type = required(params, 'subject_token_type');
  if (subjectTokenTypes.includes(type)) return type;
  const message = `Requested connector does not take this subject_token_type. Name ${subjectTokenTypes.join(' or ')}.`;
  throw new OstiaryError('oauth/invalid_request', message);
}

function required(params: Parameters, name: 'connector_id' | 'subject_token' | 'subject_token_type'): string {
  const value = params.get(name);
  if (value === undefined) throw new OstiaryError('oauth/invalid_request', `Required param: ${name}.`);
  return value;
}
