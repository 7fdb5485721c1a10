/** From an account of Keystone to an identity. */
import type { Identity } from '@ostiary/connector-sdk';
import type { KeystoneConfig } from './config.ts';
import type { User } from './keystone.ts';

/** What is known of an account; address and state where it may be read. */
export type Known = Pick<User, 'id' | 'name'> & Partial<User>;

/** The identity of an account. */
export function identityOf(account: Known, groups: readonly string[], config: KeystoneConfig): Identity {
  const { id, name, email } = account;
  return {
    userId: id,
    username: name,
    ...(email ? { email: { address: email, verified: config.insecureSkipEmailVerified } } : {}),
    groups,
  };
}
