/** Rules about groups that every connector shares. */
import { OstiaryError } from '@ostiary/primitives';

/** The groups without doubles and without empty names, in their order. */
export function uniqueGroups(groups: Iterable<string>): readonly string[] {
  return [...new Set(groups)].filter((group) => group !== '');
}

/**
 * The groups that are in the allow-list, in their order. Names are compared exactly. An empty allow-list allows all.
 *
 * Enforce it at login, refresh and exchange alike, whether or not the client asked for groups: otherwise the client
 * decides whether the operator's restriction counts.
 *
 * @throws {OstiaryError} `login/not_allowed` when an allow-list is set and none of the groups is in it.
 */
export function requireAllowedGroups(groups: readonly string[], allowed: readonly string[]): readonly string[] {
  if (allowed.length === 0) return groups;
  const kept = groups.filter((group) => allowed.includes(group));
  if (kept.length > 0) return kept;
  const message = `Your account is in none of the groups that may log in here. ${needsOneOf(allowed)}`;
  throw new OstiaryError('login/not_allowed', message, { detail: { oneOf: allowed } });
}

/** Names in a message; who may log in at a large installation would not fit on the page. */
const mostNames = 5;

/** Names for a message: `a, b`, at most five, then how many more there are. */
export function someNames(names: readonly string[]): string {
  const more = names.length - mostNames;
  return names.slice(0, mostNames).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

/**
 * Tells somebody whom an allow-list refuses what is missing. Only for people who have proven who they are: the names
 * are those of the configuration.
 */
export function needsOneOf(names: readonly string[]): string {
  return `You need to be in one of: ${someNames(names)}. Ask your administrator for access.`;
}

/** What an allow-list of organizations asks for: `org`, or `org:team` for each team where only some of them count. */
export function allowedNames(orgs: readonly { readonly name: string; readonly teams: readonly string[] }[]): string[] {
  return orgs.flatMap(({ name, teams }) => (teams.length === 0 ? [name] : teams.map((team) => `${name}:${team}`)));
}
