/** What an API server has to know to believe the tokens for one client, however it is told. */
import type { PrefixedClaim } from '@ostiary/issuer';
import { OstiaryError } from '@ostiary/primitives';
import type { SigningAlgorithm } from '@ostiary/token-core';
import type { Config, ConfiguredClient } from '../config/config.ts';
import type { LocatedIssue } from '../config/problem.ts';
import type { WrittenMappings, WrittenReview } from '../config/read-token-review.ts';
import { prefixed } from '../config/token-review.ts';
import { apiServerProblem } from '../expressions/api-server-dialect.ts';
import type { RequiredClaim, RuleInCel } from '../expressions/review-rules.ts';

/** Where a part of a user comes from, in the words of `claimMappings`. */
export type Mapping<C extends { readonly claim: string } = PrefixedClaim> = C | { readonly expression: string };

/** An issuer, and who people are that it has given tokens to. */
export interface Authenticator {
  /** Byte for byte the `iss` of tokens. */
  readonly url: string;
  readonly audience: string;
  readonly username: Mapping;
  readonly groups?: Mapping;
  readonly uid: Mapping<{ readonly claim: string }>;
  /** By key, an expression. */
  readonly extra?: Readonly<Record<string, string>>;
  readonly claimValidationRules?: readonly (RuleInCel | RequiredClaim)[];
  readonly userValidationRules?: readonly RuleInCel[];
  /** What tokens for this audience may be signed with. */
  readonly algorithms: readonly SigningAlgorithm[];
}

/** Whose tokens are meant; the rest counts for a client without `tokenReview`, which has mappings of its own. */
export interface AuthenticatorFlags {
  readonly client: string;
  readonly usernameClaim?: string;
  readonly usernamePrefix?: string;
  readonly groupsPrefix?: string;
}

/**
 * Reads the authenticator from a configuration.
 *
 * @returns it, and what a cluster will not do although the configuration looks as if it would.
 * @throws {OstiaryError} `config/invalid` for what no cluster could use.
 */
export function authenticatorOf(
  { issuer, clients, signing }: Pick<Config, 'issuer' | 'clients' | 'signing'>,
  flags: AuthenticatorFlags,
): { readonly authenticator: Authenticator; readonly warnings: readonly LocatedIssue[] } {
  if (new URL(issuer).protocol !== 'https:') {
    throw refusal(
      `issuer: ${issuer} is not https, which is all that an API server takes. Serve it with TLS, or behind a proxy that does.`,
    );
  }
  const client = clients.find(({ id }) => id === flags.client);
  if (client === undefined) {
    throw refusal(`--client: there is no client "${flags.client}" in the configuration. Name one of staticClients.`);
  }
  const path = `staticClients[${clients.indexOf(client)}]`;
  const signs = ({ signingAlgorithm = signing.algorithm }: ConfiguredClient): SigningAlgorithm => signingAlgorithm;
  if (signs(client) === 'EdDSA') {
    throw refusal(`${path}.signingAlgorithm: is EdDSA, which no API server accepts. Set it to RS256 or ES256.`);
  }
  const asking = clients.filter(({ id }) => id === client.id || client.trustedPeers.includes(id));
  const algorithms = new Set(asking.map(signs).filter((algorithm) => algorithm !== 'EdDSA'));
  const unusable = asking.filter((one) => signs(one) === 'EdDSA');
  return {
    authenticator: {
      ...{ url: issuer, audience: client.id, algorithms: [...algorithms] },
      ...mappingsOf(client, flags, path),
    },
    warnings: [...unusable.map(({ id }) => refusedTokens(id, path)), ...otherAudiences(client, path)],
  };
}

function refusedTokens(id: string, path: string): LocatedIssue {
  const message = `tokens that ${id} asks for are signed with EdDSA: the API server refuses them. Set signingAlgorithm of ${id} to RS256 or ES256.`;
  return { path: `${path}.trustedPeers`, message };
}

type Mappings = Omit<Authenticator, 'url' | 'audience' | 'algorithms'>;

function mappingsOf(client: ConfiguredClient, flags: AuthenticatorFlags, path: string): Mappings {
  const { tokenReview: review } = client;
  if (review === undefined) return flaggedMappings(flags);
  if (review.audiences?.includes(client.id) === false) {
    const other = review.audiences[0] ?? '';
    throw refusal(
      `${path}.tokenReview.audiences: does not name ${client.id}: its tokens are for ${review.audiences.join(', ')}, ` +
        `and an API server that verifies them itself asks none of its rules. Name --client ${other}.`,
    );
  }
  for (const [flag, value] of Object.entries(asFlags(flags))) {
    if (value === undefined) continue;
    throw refusal(`${flag}: ${client.id} has claimMappings in tokenReview, which count here too. Leave it out.`);
  }
  return {
    ...writtenMappings(review.claimMappings, `${path}.tokenReview.claimMappings`),
    ...writtenRules(review),
  };
}

const asFlags = ({ usernameClaim, usernamePrefix, groupsPrefix }: AuthenticatorFlags) => ({
  '--username-claim': usernameClaim,
  '--username-prefix': usernamePrefix,
  '--groups-prefix': groupsPrefix,
});

/** Without the function that was made of an expression. */
function inWords<C extends object>(
  mapping: C | { readonly expression: string },
  path: string,
): C | { readonly expression: string } {
  if (!('expression' in mapping)) return mapping;
  const { expression } = mapping;
  requireKnown(apiServerProblem(expression), `${path}.expression`);
  return { expression };
}

function writtenMappings({ username, groups, uid = { claim: 'sub' }, extra }: WrittenMappings, path: string): Mappings {
  return {
    username: inWords<PrefixedClaim>(username, `${path}.username`),
    ...(groups === undefined ? {} : { groups: inWords<PrefixedClaim>(groups, `${path}.groups`) }),
    uid: inWords<{ readonly claim: string }>(uid, `${path}.uid`),
    ...(extra === undefined ? {} : { extra: attributesInWords(extra, path) }),
  };
}

function attributesInWords(
  extra: NonNullable<WrittenMappings['extra']>,
  path: string,
): NonNullable<Authenticator['extra']> {
  const words = Object.entries(extra).map(([key, { expression }], index) => {
    requireKnown(apiServerProblem(expression), `${path}.extra[${index}].valueExpression`);
    return [key, expression] as const;
  });
  return Object.fromEntries(words);
}

function writtenRules({
  claimValidationRules: ofClaims = [],
  userValidationRules: ofUsers = [],
}: WrittenReview): Pick<Authenticator, 'claimValidationRules' | 'userValidationRules'> {
  for (const { name, words } of [...ofClaims, ...ofUsers]) {
    if ('expression' in words) requireKnown(apiServerProblem(words.expression), `${name}.expression`);
  }
  return {
    ...(ofClaims.length === 0 ? {} : { claimValidationRules: ofClaims.map(({ words }) => words) }),
    ...(ofUsers.length === 0 ? {} : { userValidationRules: ofUsers.map(({ words }) => words) }),
  };
}

function requireKnown(problem: string | undefined, path: string): void {
  if (problem !== undefined) throw refusal(`${path}: ${problem}`);
}

function flaggedMappings({
  usernameClaim: claim = 'email',
  usernamePrefix = '',
  groupsPrefix = 'oidc:',
}: AuthenticatorFlags): Mappings {
  return {
    username: checked({ claim, prefix: usernamePrefix }, 'username'),
    groups: checked({ claim: 'groups', prefix: groupsPrefix }, 'groups'),
    uid: { claim: 'sub' },
  };
}

/** By the rules that the mappings of a file keep. */
function checked(mapping: PrefixedClaim, of: 'username' | 'groups'): PrefixedClaim {
  const [issue] = prefixed.safeParse(mapping).error?.issues ?? [];
  if (issue === undefined) return mapping;
  throw refusal(`--${of}-${issue.path.join('.')}: ${issue.message}`);
}

/** With the webhook a token for another client alone is good, too, by the rules of this one. */
function otherAudiences({ id, tokenReview }: ConfiguredClient, path: string): readonly LocatedIssue[] {
  const others = (tokenReview?.audiences ?? []).filter((audience) => audience !== id);
  if (others.length === 0) return [];
  const message =
    `tokens for ${others.join(', ')} alone are left out: an API server that verifies tokens itself cannot ask the rules ` +
    `of ${id} about them. Let programs ask for audience:server:client_id:${id}.`;
  return [{ path: `${path}.tokenReview.audiences`, message }];
}

const refusal = (message: string): OstiaryError => new OstiaryError('config/invalid', message);
