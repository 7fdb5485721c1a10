import type { LogFields } from '@ostiary/primitives';
import type { AcceptedIdentity, StoredIdentity } from '../records/stored-identity.ts';

/** Somebody who proved who they are, and where. */
export interface KnownPerson {
  readonly identity: AcceptedIdentity;
  /** Id of the connector. */
  readonly connector: string;
  /** Id of the client. */
  readonly client: string;
}

/** What the log tells of a person, under names by which an operator can leave it out. */
export function personFields({ identity, connector, client }: KnownPerson): LogFields {
  return {
    connector,
    client,
    user: identity.userId,
    username: identity.username,
    preferredUsername: identity.preferredUsername,
    email: identity.email?.address,
    emailVerified: identity.email?.verified,
    groups: identity.groups,
    tenant: identity.tenant,
  };
}

/** How a person is called on a page: the first of their names that the provider tells. */
export function nameOf({
  username,
  preferredUsername,
  email,
  userId,
}: Pick<StoredIdentity, 'username' | 'preferredUsername' | 'email' | 'userId'>): string {
  return username || preferredUsername || email?.address || userId;
}
