import type { Identity } from '@ostiary/connector-sdk';
import type { LogFields } from '@ostiary/primitives';

/** Somebody who proved who they are, and where. */
export interface KnownPerson {
  readonly identity: Identity;
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
