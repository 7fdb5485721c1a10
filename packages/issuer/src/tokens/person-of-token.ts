import { isOstiaryError, type Json, type JsonObject, OstiaryError } from '@ostiary/primitives';
import { decodeSubject } from '@ostiary/token-core';
import type { Client } from '../client.ts';
import { isForPerson } from '../policy/people.ts';
import { type RuleFacts, requireAdmission } from '../policy/rules.ts';
import type { IdToken } from './id-token.ts';

/**
 * The rules of the asking client about its people, on what the token says of them: its token may have been issued for
 * another client, by whose rules alone it was. Where it was issued for this one as well, its `userValidationRules` were asked
 * then, with all that is known of the person.
 *
 * @throws {OstiaryError} `token/invalid`
 */
export function requirePerson(token: IdToken, client: Client): void {
  const facts = factsOfToken(token);
  const refuse = (detail: JsonObject): OstiaryError =>
    new OstiaryError('token/invalid', 'The cluster is not for this person.', {
      detail: { ...detail, tokenId: token.id },
    });
  if (!isForPerson(client, facts.identity)) throw refuse({ reason: 'people' });
  if (token.audience.includes(client.id)) return;
  try {
    requireAdmission(client.userValidationRules ?? [], facts);
  } catch (error) {
    if (!isOstiaryError(error, 'login/not_allowed')) throw error;
    throw refuse({ reason: 'rule', ...error.detail });
  }
}

/** What a token tells that rules may ask about: as much as its scopes allowed. */
function factsOfToken({ clientId, claims }: IdToken): RuleFacts {
  const text = (claim: Json | undefined): string | undefined => (typeof claim === 'string' ? claim : undefined);
  const { userId = '', connectorId = '' } = decodeSubject(text(claims.sub) ?? '') ?? {};
  const address = text(claims.email);
  const identity = {
    userId,
    username: text(claims.name) ?? '',
    preferredUsername: text(claims.preferred_username),
    ...(address === undefined ? {} : { email: { address, verified: claims.email_verified === true } }),
    groups: [claims.groups ?? []].flat().map(String),
  };
  const told = {
    ...{
      username: claims.name,
      preferredUsername: claims.preferred_username,
      email: claims.email,
      groups: claims.groups,
    },
    ...{ extra: undefined, tenant: undefined },
  };
  const unknown = (Object.keys(told) as (keyof typeof told)[]).filter((name) => told[name] === undefined); // its own keys
  return { identity, unknown, clientId, connectorId, scopes: [] };
}
