/** From organizations and teams to groups, and who may log in. */
import { allowedNames, needsOneOf, uniqueGroups } from '@ostiary/connector-sdk';
import type { Api } from '@ostiary/connector-sdk/api';
import { OstiaryError } from '@ostiary/primitives';
import { teams } from './answers.ts';
import type { GiteaConfig } from './config.ts';

interface OrgTeam {
  readonly org: string;
  readonly team: string;
}

/**
 * The groups of an account, as Dex writes them: `org`, then `org:team`, for each team. With an allow-list a team is
 * handed on only where the list names it: `org` alone must not bring groups that nobody asked for.
 *
 * @param wanted whether the client will see groups; the allow-list counts in any case.
 * @throws {OstiaryError} `login/not_allowed` when it is in none of the organizations or teams that may log in.
 */
export async function groupsOf(api: Api, config: GiteaConfig, wanted: boolean): Promise<readonly string[]> {
  const { orgs, loadAllGroups } = config;
  if (orgs.length === 0 && !(wanted && loadAllGroups)) return [];
  const mine = await listTeams(api);
  if (orgs.length === 0) return uniqueGroups(mine.flatMap((team) => [team.org, nameOf(team)]));
  const allowed = mine.filter((team) => isAllowed(team, config));
  if (allowed.length === 0) throw notAllowed(config);
  return uniqueGroups(allowed.flatMap((team) => (isNamed(team, config) ? [team.org, nameOf(team)] : [team.org])));
}

const nameOf = ({ org, team }: OrgTeam): string => `${org}:${team}`;

const isNamed = ({ org, team }: OrgTeam, { orgs }: GiteaConfig): boolean =>
  orgs.some((one) => isSame(one.name, org) && one.teams.some((name) => isSame(name, team)));

const isAllowed = (team: OrgTeam, config: GiteaConfig): boolean =>
  isNamed(team, config) || config.orgs.some((one) => isSame(one.name, team.org) && one.teams.length === 0);

/** Not every version says where the list ends, so it is asked until a page is empty. */
async function listTeams(api: Api): Promise<readonly OrgTeam[]> {
  const path = (page: number): string => `/api/v1/user/teams?limit=50&page=${page}`;
  const pages = await api.pages(path(1), {
    schema: teams,
    next: ({ page, number }) => (page.length === 0 ? undefined : path(number + 1)),
  });
  return pages.flat().flatMap(({ name, organization }) => {
    const org = organization?.username || organization?.name;
    return org ? [{ org, team: name }] : [];
  });
}

/** Gitea has no two organizations, and an organization no two teams, whose names differ in case only. */
const isSame = (name: string, other: string): boolean => name.toLowerCase() === other.toLowerCase();

function notAllowed({ orgs }: GiteaConfig): OstiaryError {
  const oneOf = allowedNames(orgs);
  const message = `Your account is in none of the organizations or teams that may log in here. ${needsOneOf(oneOf)}`;
  return new OstiaryError('login/not_allowed', message, { detail: { oneOf } });
}
