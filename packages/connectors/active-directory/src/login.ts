/** The names by which people log in to a domain. */
import { equals, oneOf } from '@ostiary/connector-ldap';
import type { Filter } from 'ldapts';
import type { ActiveDirectoryConfig } from './config.ts';

/**
 * The filter for what somebody typed: `jane`, `CORP\jane` or `jane@corp.example.com`; `undefined` for a name of another
 * domain. A name with the domain behind it is a `userPrincipalName`, or that which every account has besides, its
 * `sAMAccountName` and the domain ([MS-ADTS] section 5.1.1.1.1).
 */
export function filterOfName(
  typed: string,
  { domain, netbiosDomain }: Pick<ActiveDirectoryConfig, 'domain' | 'netbiosDomain'>,
): Filter | undefined {
  const [, prefix, account] = /^([^\\]*)\\(.+)$/su.exec(typed) ?? [];
  if (prefix !== undefined && account !== undefined) {
    return prefix.toUpperCase() === netbiosDomain ? equals('sAMAccountName', account) : undefined;
  }
  const [, local, suffix] = /^(.+)@([^@]*)$/su.exec(typed) ?? [];
  if (local === undefined || suffix === undefined) return equals('sAMAccountName', typed);
  const principal = equals('userPrincipalName', typed);
  return suffix.toLowerCase() === domain ? oneOf([principal, equals('sAMAccountName', local)]) : principal;
}
