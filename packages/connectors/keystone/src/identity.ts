/** From an account of Keystone to an identity. */
import type { Identity } from '@ostiary/connector-sdk';
import type { KeystoneConfig } from './config.ts';
import type { User } from './keystone.ts';

/** What is known of somebody. */
export interface Known extends Pick<User, 'id' | 'name'> {
  /** Where it may be read. */
  readonly account: User | undefined;
  readonly groups: readonly string[];
}

/** The identity of somebody. */
export function identityOf({ id, name, account, groups }: Known, config: KeystoneConfig): Identity {
  const email = account?.email;
  return {
    userId: id,
    username: name,
    ...(email ? { email: { address: email, verified: config.insecureSkipEmailVerified } } : {}),
    groups,
    ...(account === undefined ? {} : { claims: { ...account } }),
  };
}
