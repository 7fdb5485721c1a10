/** What directory products do in their own way, so that a preset can say it. */
import type { Identity } from '@ostiary/connector-sdk';
import type { Entry, Filter } from 'ldapts';
import type { LdapConfig } from './config.ts';
import type { Session } from './directory.ts';
import { firstValue } from './entry.ts';
import { groupsOf } from './groups.ts';
import { equals, oneOf } from './users.ts';

/**
 * `closed` by an administrator, or over: the login ends. `locked` after wrong passwords: that ends by itself, and anybody
 * can bring it about, so nobody is let in, but the login stays.
 */
export type AccountState = 'open' | 'closed' | 'locked';

/** How a directory knows its people and their groups. */
export interface Dialect {
  /** Finds the entry of what somebody typed; `undefined` when it can be nobody's name. */
  named(typed: string): Filter | undefined;
  /** Finds the entry of somebody who logged in before, typing that name. */
  again(identity: Identity, typed: string): Filter | undefined;
  /** Attributes it reads, besides those that the configuration names. */
  readonly attributes: readonly string[];
  /** Whether the account may log in at this moment. */
  stateOf(entry: Entry, now: Date): AccountState;
  /** The names of the person's groups. */
  groupsOf(session: Session, entry: Entry): Promise<readonly string[]>;
}

/** Attributes that say, in one product or another, that an account is closed. They are operational, so named. */
const closedAttributes = ['userAccountControl', 'pwdAccountLockedTime', 'nsAccountLock'];

/** `ACCOUNTDISABLE` of userAccountControl in Active Directory. */
const DISABLED = 0x2;

/** The value of pwdAccountLockedTime for an account that stays locked until an administrator opens it. */
const LOCKED_FOREVER = '000001010000Z';

/** A directory as the configuration describes it. */
export function configuredDialect({ userSearch, groupSearch }: LdapConfig): Dialect {
  const named = (typed: string): Filter => oneOf(userSearch.username.map((attribute) => equals(attribute, typed)));
  const matched = groupSearch?.userMatchers.map(({ userAttr }) => userAttr) ?? [];
  return {
    named,
    again: (_identity, typed) => named(typed),
    attributes: [...userSearch.username, ...matched, ...closedAttributes],
    stateOf(entry) {
      const disabled = (Number(firstValue(entry, 'userAccountControl')) & DISABLED) !== 0;
      const locked = firstValue(entry, 'pwdAccountLockedTime') === LOCKED_FOREVER;
      const closed = disabled || locked || firstValue(entry, 'nsAccountLock').toLowerCase() === 'true';
      return closed ? 'closed' : 'open';
    },
    groupsOf: async (session, entry) => (groupSearch === undefined ? [] : groupsOf(session, entry, groupSearch)),
  };
}
