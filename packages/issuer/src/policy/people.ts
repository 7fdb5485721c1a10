/** Whom a client is for, and which of their groups it hears of. See docs/adr/0027. */
import type { Client } from '../client.ts';
import type { StoredIdentity } from '../records/stored-identity.ts';

/** Whether a person may have tokens that this client accepts. */
export function isForPerson(
  { allowedGroups, allowedEmails }: Pick<Client, 'allowedEmails' | 'allowedGroups'>,
  { email, groups }: Pick<StoredIdentity, 'email' | 'groups'>,
): boolean {
  if (allowedGroups === undefined && allowedEmails === undefined) return true;
  if (allowedGroups?.some((group) => groups.includes(group)) === true) return true;
  // Anybody can give any address to a provider that does not look at it.
  if (email?.verified !== true) return false;
  return allowedEmails?.some((address) => isSameAddress(address, email.address)) ?? false;
}

/**
 * Whether two addresses are one, but for upper and lower case. Lower case alone makes a k of the sign for kelvin too, which
 * a stranger's address may have in its place.
 */
export const isSameAddress = (one: string, other: string): boolean =>
  one.toLowerCase() === other.toLowerCase() && one.toUpperCase() === other.toUpperCase();

/** The groups that a token may name which all these clients accept. */
export function releasedGroups(
  groups: readonly string[],
  audience: readonly Pick<Client, 'tokenGroups'>[],
): readonly string[] {
  const rules = audience.flatMap(({ tokenGroups }) => (tokenGroups === undefined ? [] : [tokenGroups]));
  return groups.filter((group) => rules.every((patterns) => patterns.some((pattern) => matches(group, pattern))));
}

const matches = (group: string, pattern: string): boolean =>
  pattern.endsWith('*') ? group.startsWith(pattern.slice(0, -1)) : group === pattern;
