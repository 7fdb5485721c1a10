/** Rules of an operator, as functions: whom to admit, and what tokens say besides. See docs/adr/0029. */
import { isDeepStrictEqual } from 'node:util';
import { isJsonObject, isOstiaryError, type Json, type JsonObject, OstiaryError } from '@ostiary/primitives';
import type { StoredIdentity } from '../records/stored-identity.ts';

/** Somebody who wants tokens, and what for. */
export interface RuleFacts {
  readonly identity: Pick<
    StoredIdentity,
    'userId' | 'username' | 'preferredUsername' | 'email' | 'groups' | 'tenant' | 'extra'
  >;
  /**
   * What of the identity is not known, rather than empty. Absent: all is known. A token that a cluster asks about tells no
   * more than its scopes allowed, and whoever asked for it chose them: a rule that goes by one of these must say no.
   */
  readonly unknown?: readonly ('email' | 'extra' | 'groups' | 'preferredUsername' | 'tenant' | 'username')[];
  /** Who asks for the tokens. */
  readonly clientId: string;
  /** The connector that the person logged in through; empty for a client that acts for itself. */
  readonly connectorId: string;
  readonly scopes: readonly string[];
}

/** What people must be to have tokens. */
export interface PersonRule {
  /** For the log: where it stands. */
  readonly name: string;
  /** What who is refused reads. Absent: that they may not use this application. */
  readonly message?: string;
  /** What it throws is taken for a "no", and told to the operator. */
  admits(facts: RuleFacts): boolean;
}

/**
 * What a claim says; `undefined` for none. What it throws is told to the operator, and there is no token: nobody could say
 * what the application would take its absence for.
 */
export type ClaimRule = (facts: RuleFacts) => Json | undefined;

/** Names that the API server gives a meaning of their own never leave the issuer. */
export const RESERVED = 'system:';

/** @throws {OstiaryError} `login/not_allowed`, naming the rule in its detail, when one of them says no. */
export function requireAdmission(rules: readonly PersonRule[], facts: RuleFacts): void {
  for (const { name, message = 'You may not use this application.', admits } of rules) {
    if (applied(name, () => flagOf(admits(facts)))) continue;
    throw new OstiaryError('login/not_allowed', message, { detail: { rule: name, user: facts.identity.userId } });
  }
}

/** Whoever embeds the issuer may have written the rule without types: a promise of "no" is no "yes". */
function flagOf(answer: unknown): boolean {
  if (typeof answer === 'boolean') return answer;
  throw new TypeError('comes to something else than true or false');
}

/** A client that accepts the token. */
export interface ClaimSource {
  readonly id: string;
  readonly tokenClaims?: Readonly<Record<string, ClaimRule>>;
}

/**
 * What all of the audience has to say about the person. Where two of them would have a claim say different things, it is
 * left out: whatever it said, one of them would read the other's word for its own.
 *
 * @throws {OstiaryError} `login/not_allowed` when a rule fails.
 */
export function ruledClaims(audience: readonly ClaimSource[], facts: RuleFacts): JsonObject {
  const said = new Map<string, Json | undefined>();
  const disputed = new Set<string>();
  for (const { id, tokenClaims = {} } of audience) {
    for (const [name, rule] of Object.entries(tokenClaims)) {
      const value = releasable(applied(`${name} of ${id}`, () => rule(facts)));
      if (said.has(name) && !isDeepStrictEqual(said.get(name), value)) disputed.add(name);
      said.set(name, value);
    }
  }
  const claims: Record<string, Json> = {};
  for (const [name, value] of said) if (value !== undefined && !disputed.has(name)) claims[name] = value;
  return claims;
}

/** Without names of the cluster itself, wherever they stand: some clusters look inside claims. What says nothing is no claim. */
function releasable(value: Json | undefined): Json | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'string') return value.startsWith(RESERVED) ? undefined : value;
  if (isJsonObject(value)) {
    const members = Object.entries(value).flatMap(([name, member]) => {
      const left = releasable(member);
      return left === undefined ? [] : [[name, left] as const];
    });
    return members.length === 0 ? undefined : Object.fromEntries(members);
  }
  if (!Array.isArray(value)) return value;
  const items = value.map(releasable).filter((item) => item !== undefined);
  return items.length === 0 ? undefined : items;
}

/** A part of it may be what a stranger said. */
const LONGEST_FAILURE = 300;

/**
 * What a rule comes to.
 *
 * @throws {OstiaryError} `login/not_allowed` with a `failure` in its detail when the rule throws: whom no rule can be
 *   applied to is not let in. The message of an `OstiaryError` says it all; other errors may be bugs and are the cause.
 */
export function applied<R>(name: string, rule: () => R): R {
  try {
    return rule();
  } catch (cause) {
    const message = 'The rules of this server could not be applied. Please tell its administrator.';
    const detail = {
      rule: name,
      failure: (cause instanceof Error ? cause.message : 'no error was thrown').slice(0, LONGEST_FAILURE),
    };
    throw new OstiaryError('login/not_allowed', message, isOstiaryError(cause) ? { detail } : { detail, cause });
  }
}
