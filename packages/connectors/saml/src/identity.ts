/** From what an assertion says to an identity. */
import { type Identity, requireAllowedGroups, uniqueGroups } from '@ostiary/connector-sdk';
import { OstiaryError, Secret } from '@ostiary/primitives';
import type { Statement } from './assertion.ts';
import { trimBlanks } from './blanks.ts';
import type { SamlConfig } from './config.ts';
import { entityFormat, transientFormat } from './names.ts';
import { refusal } from './refusal.ts';

/**
 * Reads the attributes. Their names are compared exactly; of several values of one that should have one, the first
 * counts. Blanks at the ends of a value are layout, except in an id.
 *
 * @throws {OstiaryError} `upstream/protocol` when name, address or id are missing, or groups left out; `login/not_allowed` when an
 *   allow-list refuses.
 */
export function identityOf(statement: Statement, config: SamlConfig): Identity {
  const { usernameAttr, emailAttr, preferredUsernameAttr, insecureSkipEmailVerified: verified } = config;
  const username = trimBlanks(required(statement, usernameAttr, 'usernameAttr'));
  const address = trimBlanks(required(statement, emailAttr, 'emailAttr'));
  const preferredUsername = preferredUsernameAttr === undefined ? undefined : first(statement, preferredUsernameAttr);
  return {
    userId: checkedId(userIdOf(statement, config)),
    username,
    ...(preferredUsername === undefined ? {} : { preferredUsername: trimBlanks(preferredUsername) }),
    email: { address, verified },
    groups: groupsOf(statement, config),
    // Always lists: how many values an attribute has may differ from one person to the next.
    claims: Object.fromEntries(statement.attributes),
    authentication: authenticationOf(statement),
    connectorData: new Secret(JSON.stringify(sessionOf(statement))),
  };
}

/**
 * Ids are compared byte for byte (SAML 2.0 Core section 1.3.1): two that the provider holds apart must not become one
 * person. What must not be in an id, as line breaks around it, is therefore refused, not taken away.
 */
function checkedId(id: string): string {
  if (!/\p{Cc}/u.test(id)) return id;
  throw refusal('id with a line break or another control character; have the provider send it without');
}

function userIdOf(statement: Statement, { userIDAttr, nameIDPolicyFormat }: SamlConfig): string {
  if (userIDAttr !== undefined) return required(statement, userIDAttr, 'userIDAttr');
  const { value, format } = statement.nameId;
  if (format === transientFormat && nameIDPolicyFormat !== transientFormat) {
    throw refusal('NameID that changes with each login; have the provider send another format, or set userIDAttr');
  }
  // LemonLDAP::NG, asked for this format, answers its own entity id, whoever it is: all people would be one.
  if (format === entityFormat) {
    throw refusal('NameID that names a provider, not a person; set another nameIDPolicyFormat, or userIDAttr');
  }
  return value;
}

function groupsOf({ attributes }: Statement, config: SamlConfig): readonly string[] {
  const { groupsAttr, groupsDelim, allowedGroups, filterGroups } = config;
  if (groupsAttr === undefined) return [];
  if (!attributes.has(groupsAttr) && attributes.has(entraLink)) throw tooManyGroups(groupsAttr);
  const values = attributes.get(groupsAttr) ?? [];
  const parts = groupsDelim === undefined ? values : values.flatMap((value) => value.split(groupsDelim));
  const groups = uniqueGroups(parts.map(trimBlanks));
  const allowed = requireAllowedGroups(groups, allowedGroups);
  return filterGroups ? allowed : groups;
}

/** What Entra ID sends instead of groups when they are more than 150: where they could be asked for. */
const entraLink = 'http://schemas.microsoft.com/claims/groups.link';

/** Taking them for none would quietly take rights away, or let an allow-list refuse who may come in. */
function tooManyGroups(attribute: string): OstiaryError {
  const message = 'You are in more groups than the identity provider puts into an assertion. Tell your administrator.';
  const remedy = 'use the connector microsoft, or put only groups assigned to the application into assertions';
  return new OstiaryError('upstream/protocol', message, {
    detail: { reason: 'groups are left out', attribute, remedy },
  });
}

const first = ({ attributes }: Statement, name: string): string | undefined =>
  attributes.get(name)?.find((value) => trimBlanks(value) !== '');

function required(statement: Statement, name: string, key: string): string {
  const value = first(statement, name);
  if (value !== undefined) return value;
  const message = 'The identity provider did not say enough about your account. Tell your administrator.';
  const came = [...statement.attributes.keys()];
  throw new OstiaryError('upstream/protocol', message, { detail: { missing: name, key, came } });
}

function authenticationOf({ authentication }: Statement): NonNullable<Identity['authentication']> {
  const { instant, contextClass, sessionNotOnOrAfter } = authentication;
  return {
    ...(instant === undefined ? {} : { time: instant }),
    ...(contextClass === undefined ? {} : { contextClass }),
    ...(sessionNotOnOrAfter === undefined ? {} : { expires: sessionNotOnOrAfter }),
  };
}

/** What a logout must name. */
export interface Session {
  /** Our entity id at the login. */
  readonly entityId: string;
  readonly nameId: string;
  readonly nameIdFormat?: string;
  readonly nameQualifier?: string;
  readonly spNameQualifier?: string;
  readonly sessionIndex?: string;
}

function sessionOf({ audience, nameId, authentication: { sessionIndex } }: Statement): Session {
  const { value, format, ...qualifiers } = nameId;
  return {
    entityId: audience,
    nameId: value,
    ...(format === undefined ? {} : { nameIdFormat: format }),
    ...qualifiers,
    ...(sessionIndex === undefined ? {} : { sessionIndex }),
  };
}
