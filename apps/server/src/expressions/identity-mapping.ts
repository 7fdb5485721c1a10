/** `identityMappings` of a connector as the function that the issuer has for them. See docs/adr/0029. */
import type { Identity } from '@ostiary/connector-sdk';
import { isSameAddress, type MappedIdentity } from '@ostiary/issuer';
import { type Json, type JsonObject, OstiaryError } from '@ostiary/primitives';
import { answerEnvironment, variablesOfAnswer } from './environment.ts';
import { asFlag, asJson, asText, asTexts, type Place, type Reading, readExpression } from './reading.ts';

/** What is left out stays as the provider says. */
export interface MappingExpressions {
  readonly username?: string | undefined;
  readonly preferredUsername?: string | undefined;
  readonly email?: string | undefined;
  readonly emailVerified?: string | undefined;
  readonly groups?: string | undefined;
  readonly extra?: Readonly<Record<string, string>> | undefined;
}

/** What becomes of the answers of a connector. */
export interface IdentityMapping {
  /**
   * What goes by claims stays as it came to the last time where a refresh brings none: many providers send no ID token then.
   *
   * @throws {OstiaryError} `config/invalid`, whose message says what went wrong at which place in the file.
   */
  readonly map: (answer: Identity, before?: MappedIdentity) => MappedIdentity;
  /** Whether it goes by what the provider says besides. */
  readonly usesClaims: boolean;
}

/** Bytes, as JSON: it is stored with each login. */
const MOST_EXTRA = 8192;

/** What the connector answered, and what became of it the last time. */
interface Asked {
  readonly answer: Identity;
  readonly before: MappedIdentity | undefined;
  readonly variables: ReturnType<typeof variablesOfAnswer>;
}

type Member<T> = (asked: Asked) => T;

/** Where a member stands, how it is read, and where it is found in what came of it the last time. */
interface Wanted<T> {
  readonly key: string;
  readonly reading: Reading<T>;
  readonly last: (before: MappedIdentity) => T;
}

interface Members {
  readonly username: Member<string> | undefined;
  readonly preferredUsername: Member<string> | undefined;
  readonly email: Member<string> | undefined;
  readonly emailVerified: Member<boolean> | undefined;
  readonly groups: Member<readonly string[]> | undefined;
  readonly extra: Member<JsonObject | undefined>;
}

/** Reads the expressions; one that is wrong is told, and left out. */
export function identityMapping(expressions: MappingExpressions, place: Place): IdentityMapping {
  let usesClaims = false;
  const member = <T>(source: string | undefined, { key, reading, last }: Wanted<T>): Member<T> | undefined => {
    if (source === undefined) return undefined;
    const at = { ...place, path: `${place.path}.${key}` };
    const read = readExpression(source, { environment: answerEnvironment, reading }, at);
    if (read === undefined) return undefined;
    const goesByClaims = read.names.has('claims');
    usesClaims ||= goesByClaims;
    return ({ answer, before, variables }) =>
      goesByClaims && answer.claims === undefined && before !== undefined ? last(before) : read.evaluate(variables);
  };
  const members = membersOf(expressions, member, place);
  const map: IdentityMapping['map'] = (answer, before) =>
    mapped({ answer, before, variables: variablesOfAnswer(answer) }, members);
  return { map, usesClaims };
}

function membersOf(
  { username, preferredUsername, email, emailVerified, groups, extra = {} }: MappingExpressions,
  member: <T>(source: string | undefined, wanted: Wanted<T>) => Member<T> | undefined,
  place: Place,
): Members {
  const names = {
    username: member(username, { key: 'username', reading: asText, last: (before) => before.username }),
    preferredUsername: member(preferredUsername, {
      key: 'preferredUsername',
      reading: asText,
      last: (before) => before.preferredUsername ?? '',
    }),
    email: member(email, { key: 'email', reading: asText, last: (before) => before.email?.address ?? '' }),
    emailVerified: member(emailVerified, {
      key: 'emailVerified',
      reading: asFlag,
      last: (before) => before.email?.verified ?? false,
    }),
    groups: member(groups, { key: 'groups', reading: asTexts, last: (before) => before.groups }),
  };
  const found = Object.entries(extra).map(([name, source]) => {
    const last = (before: MappedIdentity): Json | undefined => before.extra?.[name];
    return [name, member(source, { key: `extra.${name}`, reading: asJson, last })] as const;
  });
  return { ...names, extra: (asked) => extraOf(found, asked, place) };
}

function mapped(asked: Asked, members: Members): MappedIdentity {
  const { answer } = asked;
  const { username = () => answer.username, groups = () => answer.groups } = members;
  const { preferredUsername = () => answer.preferredUsername } = members;
  const preferred = preferredUsername(asked);
  const email = emailOf(asked, members);
  const extra = members.extra(asked);
  return {
    username: username(asked),
    ...(preferred ? { preferredUsername: preferred } : {}),
    ...(email === undefined ? {} : { email }),
    groups: groups(asked),
    ...(extra === undefined ? {} : { extra }),
  };
}

/** An address that the provider did not give is not one that it has verified, but for upper and lower case. */
function emailOf(asked: Asked, { email, emailVerified }: Members): Identity['email'] {
  const { email: said } = asked.answer;
  const address = email === undefined ? said?.address : email(asked);
  if (!address) return undefined;
  const isTheirs = said?.verified === true && isSameAddress(said.address, address);
  return { address, verified: emailVerified?.({ ...asked, before: vouchedFor(address, asked) }) ?? isTheirs };
}

/** What was found out about another address the last time says nothing about this one. */
function vouchedFor(address: string, { before }: Asked): MappedIdentity | undefined {
  if (before === undefined || before.email?.address === address) return before;
  return { ...before, email: { address, verified: false } };
}

function extraOf(
  members: readonly (readonly [string, Member<Json | undefined> | undefined])[],
  asked: Asked,
  { path }: Place,
): JsonObject | undefined {
  const found = members.flatMap(([name, member]) => {
    const value = member?.(asked);
    return value === undefined ? [] : [[name, value] as const];
  });
  if (found.length === 0) return undefined;
  const bytes = Buffer.byteLength(JSON.stringify(found));
  if (bytes > MOST_EXTRA) {
    throw new OstiaryError('config/invalid', `${path}.extra: comes to ${bytes} bytes, more than ${MOST_EXTRA}`);
  }
  return Object.fromEntries(found);
}
