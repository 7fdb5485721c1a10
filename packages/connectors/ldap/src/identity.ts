/** From an entry to an identity, and who may log in. */
import { type ConnectorScopes, type Email, type Identity, requireAllowedGroups } from '@ostiary/connector-sdk';
import { OstiaryError, Secret } from '@ostiary/primitives';
import type { Entry } from 'ldapts';
import { claimsOf } from './claim-attributes.ts';
import type { LdapConfig, UserSearch } from './config.ts';
import type { Session } from './directory.ts';
import { firstValue } from './entry.ts';
import type { Ldap } from './login.ts';

/** A person who was found, and what was typed to find them. */
export interface Found {
  readonly entry: Entry;
  readonly username: string;
  readonly scopes: ConnectorScopes;
}

/**
 * The identity of an entry. Groups are searched where the client wants them or an allow-list is set.
 *
 * @throws {OstiaryError} `upstream/protocol` for an entry without an id; `login/not_allowed` when it is in none of the
 *   groups that may log in; else as the session says.
 */
export async function identityOf(
  { entry, username, scopes }: Found,
  session: Session,
  { config, dialect }: Pick<Ldap, 'config' | 'dialect'>,
): Promise<Identity> {
  const { userSearch, allowedGroups } = config;
  const { claimAttrs } = userSearch;
  const wanted = scopes.groups || allowedGroups.length > 0;
  const groups = wanted ? await dialect.groupsOf(session, entry) : [];
  const name = optional(entry, userSearch.nameAttr);
  const preferredUsername = optional(entry, userSearch.preferredUsernameAttr);
  const email = emailOf(entry, config);
  return {
    userId: idOf(entry, userSearch),
    username: name,
    ...(preferredUsername === '' ? {} : { preferredUsername }),
    ...(email === undefined ? {} : { email }),
    groups: requireAllowedGroups(groups, allowedGroups),
    ...(claimAttrs === undefined ? {} : { claims: claimsOf(entry, claimAttrs) }),
    connectorData: new Secret(JSON.stringify({ username })),
  };
}

const optional = (entry: Entry, attribute: string | undefined): string =>
  attribute === undefined ? '' : firstValue(entry, attribute);

/** The immutable id of an entry. */
export function idOf(entry: Entry, { idAttr }: UserSearch): string {
  const id = firstValue(entry, idAttr);
  if (id !== '') return id;
  const message = 'Your entry in the directory has no id. Tell your administrator.';
  throw new OstiaryError('upstream/protocol', message, { detail: { entry: entry.dn, attribute: idAttr } });
}

function emailOf(entry: Entry, { userSearch, insecureSkipEmailVerified: verified }: LdapConfig): Email | undefined {
  const { emailSuffix, emailAttr, nameAttr } = userSearch;
  const name = optional(entry, nameAttr);
  const address = emailSuffix === undefined ? optional(entry, emailAttr) : name && `${name}@${emailSuffix}`;
  return address === '' ? undefined : { address, verified };
}
