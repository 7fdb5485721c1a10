/** Attributes that the operator's rules may go by: named one by one, for an entry may hold secrets. */
import { textLike } from '@ostiary/connector-sdk/config';
import type { Entry } from 'ldapts';
import { z } from 'zod';
import { claimValuesOf } from './entry.ts';

/**
 * Attributes of which everybody who sees them can make a login, in lower case. Whether an account may read them is for the
 * directory to say; here they are a mistake in any case, since what rules go by may get into tokens.
 */
const secrets: ReadonlySet<string> = new Set([
  // RFC 4519, RFC 3112, the password policies of OpenLDAP and 389 Directory Server, RFC 2798, one-time passwords of OpenLDAP
  ...['userpassword', 'authpassword', 'pwdhistory', 'passwordhistory', 'userpkcs12', 'oathsecret'],
  // Active Directory, with Windows LAPS and the one before
  ...['unicodepwd', 'dbcspwd', 'ntpwdhistory', 'lmpwdhistory', 'supplementalcredentials', 'unixuserpassword'],
  ...['mssfu30password', 'msds-managedpassword', 'ms-mcs-admpwd', 'ms-mcs-admpwdhistory', 'mslaps-password'],
  ...['mslaps-encryptedpassword', 'mslaps-encryptedpasswordhistory'],
  // Samba, MIT Kerberos, FreeIPA
  ...['sambacleartextpassword', 'sambapreviouscleartextpassword'],
  ...['sambantpassword', 'sambalmpassword', 'sambapasswordhistory', 'krbprincipalkey', 'ipanthash', 'ipatokenotpkey'],
]);

const isSecret = (name: string): boolean => secrets.has(name.toLowerCase().split(';')[0] ?? '');

/** Not by a number: a secret that is named by its own would be asked for as any other. */
const claimAttribute = textLike(
  /^[a-z][a-z0-9-]*(?:;[a-z0-9-]+)*$/iu,
  'is no name of an attribute. Write it like department, not as a number.',
).refine((name) => !isSecret(name), 'holds a password or a key, which must not get into tokens. Remove it.');

/** Names of attributes, as a part of a configuration. */
export const claimAttributes: z.ZodType<readonly string[], readonly string[]> = z
  .array(claimAttribute)
  .min(1, 'is empty. Name an attribute, or remove it.')
  .readonly();

/**
 * The attributes that an entry has, by the names of the configuration. Always lists: how many values an attribute has may
 * differ from one person to the next. One that is not there is left out: it may only not be shown.
 */
export function claimsOf(entry: Entry, names: readonly string[]): Readonly<Record<string, readonly string[]>> {
  const found = names.map((name) => [name, claimValuesOf(entry, name)] as const);
  return Object.fromEntries(found.filter(([, values]) => values.length > 0));
}
