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
  const message = 'Your account is in none of the groups that may log in here. Ask your administrator for access.';
  throw new OstiaryError('login/not_allowed', message, { detail: { oneOf: allowed } });
}
