/** From organizations and teams to groups, and who may log in. */
import { allowedNames, needsOneOf, someNames, uniqueGroups } from '@ostiary/connector-sdk';
import { type Api, refusedReason, refusedStatus } from '@ostiary/connector-sdk/api';
import { OstiaryError } from '@ostiary/primitives';
import pMap from 'p-map';
import type { AllowedOrg, GitHubConfig } from './config.ts';
import { hidingReasons } from './forbidden.ts';
import { listOrgs, listTeams, type OnHidden, type Team } from './teams.ts';

/** Whose groups are wanted. */
export interface GroupQuestion {
  readonly api: Api;
  readonly login: string;
  /** Whether the client will see groups. Allow-lists count in any case. */
  readonly wanted: boolean;
  readonly onHidden: OnHidden;
}

/**
 * The groups of an account, as Dex writes them.
 *
 * @throws {OstiaryError} `login/not_allowed` when it is in none of the organizations or teams that may log in;
 *   `upstream/unavailable` when GitHub does not tell.
 */
export async function groupsOf(question: GroupQuestion, config: GitHubConfig): Promise<readonly string[]> {
  if (config.orgs.length > 0) return groupsOfOrgs(question, config);
  if (config.org !== undefined) return groupsOfOneOrg(question, config.org, config);
  return question.wanted && config.loadAllGroups ? allGroups(question, config) : [];
}

async function groupsOfOrgs(question: GroupQuestion, config: GitHubConfig): Promise<readonly string[]> {
  const { orgs } = config;
  const memberships = await pMap(orgs, (org) => membershipOf(org.name, question), { concurrency: 8 });
  const joined = orgs.filter((_org, index) => memberships[index] === 'member');
  const hidden = orgs.filter((_org, index) => memberships[index] === 'hidden');
  const needsTeams = joined.length > 0 && (question.wanted || joined.every(({ teams }) => teams.length > 0));
  const teams = needsTeams
    ? await listTeams(question.api, { parents: config.parentTeams, onHidden: question.onHidden })
    : [];
  const kept = joined.map((org) => ({ org, names: namesIn(org, teams, config) }));
  const admitted = kept.filter(({ org, names }) => org.teams.length === 0 || names.length > 0);
  if (admitted.length === 0) throw notAdmitted(orgs, memberships);
  // Another organization let the person in; that the groups of this one are missing is for the log.
  if (hidden.length > 0) question.onHidden(hidden.map(({ name }) => name).join(','));
  return uniqueGroups(admitted.flatMap(({ org, names }) => names.map((name) => `${org.name}:${name}`)));
}

/** The names of the account's teams in an organization, of those that may log in. */
function namesIn(org: AllowedOrg, teams: readonly Team[], { teamNameField }: GitHubConfig): readonly string[] {
  const names = teams.filter((team) => isSame(team.org, org.name)).flatMap((team) => namesOf(team, teamNameField));
  return org.teams.length === 0 ? names : names.filter((name) => org.teams.includes(name));
}

/** Dex's older form: one organization, whose team names come without it. */
async function groupsOfOneOrg(question: GroupQuestion, org: string, config: GitHubConfig): Promise<readonly string[]> {
  const membership = await membershipOf(org, question);
  if (membership !== 'member') throw notAdmitted([{ name: org, teams: [] }], [membership]);
  if (!question.wanted) return [];
  const teams = await listTeams(question.api, { parents: config.parentTeams, onHidden: question.onHidden });
  return uniqueGroups(namesIn({ name: org, teams: [] }, teams, config));
}

async function allGroups(
  { api, onHidden }: GroupQuestion,
  { parentTeams: parents, teamNameField }: GitHubConfig,
): Promise<readonly string[]> {
  const [orgs, teams] = await Promise.all([listOrgs(api, onHidden), listTeams(api, { parents, onHidden })]);
  const ofOrg = (org: string): readonly string[] =>
    teams.filter((team) => isSame(team.org, org)).flatMap((team) => namesOf(team, teamNameField));
  const everyOrg = uniqueGroups([...orgs, ...teams.map(({ org }) => org)]);
  return uniqueGroups(everyOrg.flatMap((org) => [org, ...ofOrg(org).map((name) => `${org}:${name}`)]));
}

/**
 * `hidden`: the organization wants single sign-on first, or has not approved this application. `untold`: GitHub refuses
 * this service (IP allow list, a permission that is missing), which says nothing about the person.
 */
type Membership = 'member' | 'none' | 'hidden' | 'untold';

async function membershipOf(org: string, { api, login }: GroupQuestion): Promise<Membership> {
  try {
    return (await isMember(org, { api, login })) ? 'member' : 'none';
  } catch (error) {
    if (refusedStatus(error) !== 403) throw error;
    return hidingReasons.has(refusedReason(error) ?? '') ? 'hidden' : 'untold';
  }
}

/**
 * 302: who asks is not taken for a member, and is sent to the list that everybody may see. That happens to members as well,
 * where the token does not tell GitHub so, and then those are in it who show their membership.
 */
async function isMember(org: string, { api, login }: Pick<GroupQuestion, 'api' | 'login'>): Promise<boolean> {
  const pathIn = (list: string): string => `/orgs/${encodeURIComponent(org)}/${list}/${encodeURIComponent(login)}`;
  return api.exists(pathIn('members')).catch((error: unknown) => {
    if (refusedStatus(error) !== 302) throw error;
    return api.exists(pathIn('public_members'));
  });
}

function notAdmitted(orgs: readonly AllowedOrg[], memberships: readonly Membership[]): OstiaryError {
  const those = (wanted: Membership): readonly string[] =>
    orgs.filter((_org, index) => memberships[index] === wanted).map(({ name }) => name);
  const [hidden, untold] = [those('hidden'), those('untold')];
  if (untold.length > 0) return notTold(untold);
  const oneOf = allowedNames(orgs);
  const message =
    hidden.length === 0
      ? `Your GitHub account is in none of the organizations or teams that may log in here. ${needsOneOf(oneOf)}`
      : `GitHub does not show whether you belong to ${someNames(hidden)}. Log in to it with single sign-on, or ask its ` +
        'owners to approve this application, then try again.';
  return new OstiaryError('login/not_allowed', message, { detail: { oneOf, hidden } });
}

/** Nobody's login ends by it: an administrator has to let this service in. */
function notTold(orgs: readonly string[]): OstiaryError {
  const message = `GitHub does not tell this service whether you belong to ${someNames(orgs)}. Tell your administrator.`;
  return new OstiaryError('upstream/unavailable', message, { detail: { untold: orgs } });
}

function namesOf({ name, slug }: Team, field: GitHubConfig['teamNameField']): readonly string[] {
  if (field === 'both') return name === slug ? [name] : [name, slug];
  return [field === 'slug' ? slug : name];
}

const isSame = (org: string, other: string): boolean => org.toLowerCase() === other.toLowerCase();
