import { OstiaryError } from '@ostiary/primitives';
import type { ExtraClaims } from '@ostiary/token-core';
import { encodeSubject } from '@ostiary/token-core';
import { peersOf, trustingPeer } from '../checks/scope.ts';
import type { Client, ClientRegistry } from '../client.ts';
import type { ConnectorEntry } from '../connectors.ts';
import type { GrantType } from '../grant-type.ts';
import type { StoredIdentity } from '../records/stored-identity.ts';
import { isForPerson, releasedGroups } from './people.ts';
import type { RevocableLogin, Revocations } from './revocations.ts';
import { RESERVED, type RuleFacts, requireAdmission, ruledClaims } from './rules.ts';

/** Who wants what, through which door. */
export interface PolicyQuestion {
  readonly grantType: GrantType;
  readonly client: Client;
  readonly connector: ConnectorEntry;
  readonly identity: StoredIdentity;
  readonly scopes: readonly string[];
  /** When the person logged in here, in seconds since the epoch: what was revoked later ends the login. */
  readonly since: number;
  /** Client ids that are to accept the token besides those in the scopes (RFC 8693 section 2.1). */
  readonly audience?: readonly string[];
}

/** Where policy looks things up. */
export interface PolicyDeps {
  readonly clients: ClientRegistry;
  readonly revocations: Revocations;
}

const issued: unique symbol = Symbol('permit');

/**
 * Proof that policy was asked and said yes. Minting wants one, and only {@link decide} can make one, so a grant that
 * forgets to ask does not compile.
 */
export class Permit {
  readonly client: Client;
  /** The connector that the person logged in through; empty for a client that acts for itself. */
  readonly connectorId: string;
  readonly subject: string;
  /** The requesting client is always among them. */
  readonly audience: readonly [string, ...string[]];
  readonly scopes: readonly string[];
  readonly claims: ExtraClaims;
  /** Without a private member an object of the same shape would do. */
  readonly #issued = true;

  constructor(
    key: typeof issued,
    facts: Pick<Permit, 'client' | 'connectorId' | 'subject' | 'audience' | 'scopes' | 'claims'>,
  ) {
    if (key !== issued) throw new TypeError('only policy makes permits');
    this.client = facts.client;
    this.connectorId = facts.connectorId;
    this.subject = facts.subject;
    this.audience = facts.audience;
    this.scopes = facts.scopes;
    this.claims = facts.claims;
  }

  /** @throws {TypeError} for what only looks like a permit, through a cast or from code without types. */
  static assert(permit: Permit): void {
    if (!(#issued in permit)) throw new TypeError('only policy makes permits');
  }
}

/**
 * The one door that every grant passes, the refresh included: may this identity have a token for this client, and with
 * which claims?
 *
 * @throws {OstiaryError} `login/not_allowed` with the reason in its detail.
 */
export async function decide(question: PolicyQuestion, deps: PolicyDeps): Promise<Permit> {
  requireOpenDoor(question);
  const mark = await deps.revocations.find(question, () => loginOf(question));
  if (mark !== undefined) {
    // It is this login that is over. The person may come again, so no page shall send them to an administrator.
    const detail = { rule: 'revoked', target: mark.target, page: 'login_expired' };
    throw refused('This login was ended. Log in again.', detail);
  }
  const audience = await audienceOf(question, deps.clients);
  return admit(question, { audience, mustBelongTo: audience });
}

/**
 * The same door for a client that acts for itself (RFC 6749 section 4.4). Nobody has logged in, with whatever connector; the
 * client is its own, and those that trust it say whether it is theirs.
 *
 * @throws {OstiaryError} like {@link decide}.
 */
export async function decideForClient(
  { client, scopes }: Pick<PolicyQuestion, 'client' | 'scopes'>,
  { clients }: Pick<PolicyDeps, 'clients'>,
): Promise<Permit> {
  const audience = await audienceOf({ client, scopes }, clients);
  const question = { client, scopes, connector: { id: '' }, identity: identityOf(client) };
  return admit(question, { audience, mustBelongTo: audience.filter(({ id }) => id !== client.id) });
}

const identityOf = ({ id, name, ownGroups = [] }: Client): StoredIdentity => ({
  ...{ userId: id, username: name, preferredUsername: name, groups: ownGroups },
});

type Admission = Pick<PolicyQuestion, 'client' | 'identity' | 'scopes'> & {
  readonly connector: Pick<ConnectorEntry, 'id' | 'userValidationRules'>;
};

function admit(
  question: Admission,
  { audience, mustBelongTo }: { readonly audience: readonly Client[]; readonly mustBelongTo: readonly Client[] },
): Permit {
  const { client, connector, identity } = question;
  for (const name of [identity.userId, identity.username, identity.preferredUsername, identity.email?.address]) {
    if (name?.startsWith(RESERVED)) {
      throw refused('This account has a reserved name.', { rule: 'reserved_name', user: identity.userId });
    }
  }
  if (!mustBelongTo.every((member) => isForPerson(member, identity))) {
    throw refused('You may not use this application.', { rule: 'people', user: identity.userId });
  }
  const rules = [connector, ...mustBelongTo].flatMap(({ userValidationRules = [] }) => userValidationRules);
  requireAdmission(rules, factsOf(question));
  const [first = client, ...others] = audience;
  return new Permit(issued, {
    client,
    connectorId: connector.id,
    subject: subjectOf(question),
    audience: [first.id, ...others.map(({ id }) => id)],
    scopes: question.scopes,
    claims: claimsFor({ ...question, audience }),
  });
}

/** Those that are to accept the token, in the order in which they were asked for; the client itself is among them. */
async function audienceOf(
  { client, scopes, audience = [] }: Pick<PolicyQuestion, 'audience' | 'client' | 'scopes'>,
  clients: ClientRegistry,
): Promise<readonly Client[]> {
  const members = new Map<string, Client>();
  for (const id of [...peersOf(scopes), ...audience]) {
    const peer = await trustingPeer(id, client, clients);
    if (peer === undefined) {
      throw refused('This client may no longer ask for that audience.', { rule: 'audience', peer: id });
    }
    members.set(id, peer);
  }
  return [...members.set(client.id, members.get(client.id) ?? client).values()];
}

/** What of a login may have been revoked. */
export function loginOf(
  question: Pick<PolicyQuestion, 'identity' | 'since'> & {
    readonly client: RevocableLogin['client'];
    readonly connector: Pick<ConnectorEntry, 'id'>;
  },
): RevocableLogin {
  const { client, connector, identity, since } = question;
  return {
    subject: subjectOf(question),
    connectorId: connector.id,
    client,
    email: identity.email?.address,
    groups: identity.groups,
    since,
  };
}

const subjectOf = ({ identity, connector }: Pick<ClaimsQuestion, 'identity' | 'connector'>): string =>
  encodeSubject({ userId: identity.userId, connectorId: connector.id });

/**
 * The part of {@link decide} that needs no identity, for who would ask a connector in vain otherwise. No permit comes of
 * it.
 *
 * @throws {OstiaryError} `login/not_allowed` with the reason in its detail.
 */
export function requireOpenDoor({
  client,
  connector,
  grantType,
}: Pick<PolicyQuestion, 'client' | 'connector' | 'grantType'>): void {
  if (client.allowedConnectors !== undefined && !client.allowedConnectors.includes(connector.id)) {
    throw refused('Connector not allowed for this client.', { rule: 'connector', connector: connector.id });
  }
  if (connector.grantTypes !== undefined && !connector.grantTypes.includes(grantType)) {
    throw refused('Requested connector does not support this grant type.', { rule: 'grant_type', grantType });
  }
}

/** Whose claims, and which. */
export interface ClaimsQuestion extends Pick<PolicyQuestion, 'identity' | 'scopes'> {
  /** Who asks. */
  readonly client: Pick<Client, 'id'>;
  readonly connector: Pick<ConnectorEntry, 'id'>;
  /** Who is told. */
  readonly audience: readonly Client[];
}

/** What rules are asked about. */
export const factsOf = ({
  identity,
  client,
  connector,
  scopes,
}: Pick<ClaimsQuestion, 'client' | 'connector' | 'identity' | 'scopes'>): RuleFacts => ({
  ...{ identity, clientId: client.id, connectorId: connector.id, scopes },
});

/**
 * Claims by scope, as in Dex: what is empty is left out, `email_verified` always accompanies the scope `email`. Those that
 * an operator has added need no scope, and come first: they cannot replace one of these.
 *
 * @throws {OstiaryError} `login/not_allowed` when a rule for one fails.
 */
export function claimsFor(question: ClaimsQuestion): ExtraClaims {
  const { scopes, identity, connector, audience } = question;
  const has = (scope: string): boolean => scopes.includes(scope);
  const released = releasedGroups(identity.groups, audience);
  const groups = released.filter((group) => !group.startsWith(RESERVED));
  const text = (name: string, value: string | undefined) => (value ? { [name]: value } : {});
  return {
    ...ruledClaims(audience, factsOf(question)),
    ...(has('email') ? text('email', identity.email?.address) : {}),
    ...(has('email') ? { email_verified: identity.email?.verified ?? false } : {}),
    ...(has('groups') && groups.length > 0 ? { groups } : {}),
    ...(has('profile') ? text('name', identity.username) : {}),
    ...(has('profile') ? text('preferred_username', identity.preferredUsername) : {}),
    ...(has('federated:id') ? { federated_claims: { connector_id: connector.id, user_id: identity.userId } } : {}),
  };
}

function refused(message: string, detail: Record<string, string>): OstiaryError {
  return new OstiaryError('login/not_allowed', message, { detail });
}
