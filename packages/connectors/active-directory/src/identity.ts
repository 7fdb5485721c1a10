/** Who an entry is, to Active Directory. */
import { type Dialect, equals } from '@ostiary/connector-ldap';
import { accountAttributes, stateOf } from './account.ts';
import type { ActiveDirectoryConfig } from './config.ts';
import { groupsOf } from './groups.ts';
import { filterOfName } from './login.ts';

/** How Active Directory knows its people and their groups. */
export function activeDirectoryDialect(config: ActiveDirectoryConfig): Dialect {
  return {
    named: (typed) => filterOfName(typed, config),
    // By the id, so that somebody who was renamed stays logged in.
    again: ({ userId }) => filterOfId(userId, config.idAttr),
    attributes: accountAttributes,
    stateOf,
    groupsOf: (session, entry) => groupsOf(session, entry, config),
  };
}

function filterOfId(userId: string, idAttr: string): ReturnType<Dialect['again']> {
  const attribute = idAttr.toLowerCase();
  if (attribute === 'dn') return equals('distinguishedName', userId);
  if (attribute !== 'objectguid') return equals(idAttr, userId);
  const hex = userId.replaceAll('-', '');
  if (!/^[0-9a-f]{32}$/u.test(hex)) return undefined;
  const bytes = Buffer.from(hex, 'hex');
  // The first three parts are little-endian ([MS-DTYP] section 2.3.4).
  bytes.subarray(0, 4).reverse();
  bytes.subarray(4, 6).reverse();
  bytes.subarray(6, 8).reverse();
  return equals(idAttr, bytes);
}
