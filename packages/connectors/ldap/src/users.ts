/** Finding a person. */
import { OstiaryError } from '@ostiary/primitives';
import { AndFilter, type Entry, EqualityFilter, type Filter, OrFilter } from 'ldapts';
import type { GroupSearch, UserSearch } from './config.ts';
import type { Session } from './directory.ts';
import { firstValue } from './entry.ts';

/** Attributes that say, in one product or another, that an account is closed. They are operational, so named. */
const closedAttributes = ['userAccountControl', 'pwdAccountLockedTime', 'nsAccountLock'];

/** `ACCOUNTDISABLE` of userAccountControl in Active Directory. */
const DISABLED = 0x2;

/** The value of pwdAccountLockedTime for an account that stays locked until an administrator opens it. */
const LOCKED_FOREVER = '000001010000Z';

/**
 * The one entry of a name; `undefined` when there is none. Values go into the filter as they are: it is sent in binary
 * form, so there is nothing to escape and nothing to inject.
 *
 * @throws {OstiaryError} `upstream/protocol` when several entries match: which of them it is would be a guess.
 */
export async function findUser(
  session: Session,
  username: string,
  { userSearch, groupSearch }: { readonly userSearch: UserSearch; readonly groupSearch?: GroupSearch },
): Promise<Entry | undefined> {
  const found = await session.search(userSearch.baseDN, {
    filter: both(userSearch.filter, oneOf(userSearch.username.map((attribute) => equals(attribute, username)))),
    scope: userSearch.scope,
    attributes: attributesOf(userSearch, groupSearch),
    sizeLimit: 2,
  });
  if (found.length < 2) return found[0];
  const message = 'The directory knows several people of that name. Tell your administrator.';
  throw new OstiaryError('upstream/protocol', message, { detail: { base: userSearch.baseDN } });
}

/** True for an account that its directory calls disabled, or locked for good. */
export function isClosed(entry: Entry): boolean {
  const disabled = (Number(firstValue(entry, 'userAccountControl')) & DISABLED) !== 0;
  const locked = firstValue(entry, 'pwdAccountLockedTime') === LOCKED_FOREVER;
  return disabled || locked || firstValue(entry, 'nsAccountLock').toLowerCase() === 'true';
}

export const equals = (attribute: string, value: string): Filter => new EqualityFilter({ attribute, value });

export const oneOf = (filters: readonly Filter[]): Filter => {
  const [first, second] = filters;
  return first !== undefined && second === undefined ? first : new OrFilter({ filters: [...filters] });
};

/** The filter of the configuration in front, if there is one. */
export const both = (configured: Filter | undefined, match: Filter): Filter =>
  configured === undefined ? match : new AndFilter({ filters: [configured, match] });

function attributesOf(search: UserSearch, groups: GroupSearch | undefined): string[] {
  const named = [search.idAttr, search.emailAttr, search.nameAttr, search.preferredUsernameAttr];
  const matched = groups?.userMatchers.map(({ userAttr }) => userAttr) ?? [];
  const wanted = [...named, ...search.username, ...matched, ...closedAttributes].filter((name) => name !== undefined);
  return [...new Set(wanted)].filter((name) => name.toLowerCase() !== 'dn');
}
