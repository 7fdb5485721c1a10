/** The organizations and teams of an account. */
import { type Api, nextLink } from '@ostiary/connector-sdk/api';
import pMap from 'p-map';
import { type NestedTeam, orgs, type TeamNames, team, teams } from './answers.ts';

/** A team of an organization. */
export interface Team extends TeamNames {
  readonly org: string;
}

type Listed = NestedTeam & Team;

/** Requests at a time; GitHub slows down who asks for more than a handful at once. */
const concurrency = 8;

/** Told the organizations that GitHub leaves out of an answer: they want single sign-on first. */
export type OnHidden = (organizations: string) => void;

/** Where the next page is. An answer that is not complete says so in a header, with the numbers of organizations. */
function nextOf(onHidden: OnHidden): ({ headers }: { readonly headers: Headers }) => string | undefined {
  return ({ headers }) => {
    const hidden = /^partial-results; *organizations=([\d,]+)$/u.exec(headers.get('x-github-sso') ?? '')?.[1];
    if (hidden !== undefined) onHidden(hidden);
    return nextLink(headers);
  };
}

/** Every organization of the account that the token may see. */
export async function listOrgs(api: Api, onHidden: OnHidden): Promise<readonly string[]> {
  const pages = await api.pages('/user/orgs?per_page=100', { schema: orgs, next: nextOf(onHidden) });
  return pages.flat().map(({ login }) => login);
}

/** Every team of the account, in GitHub's order; with `parents`, those above them behind. */
export async function listTeams(
  api: Api,
  { parents, onHidden }: { readonly parents: boolean; readonly onHidden: OnHidden },
): Promise<readonly Team[]> {
  const pages = await api.pages('/user/teams?per_page=100', { schema: teams, next: nextOf(onHidden) });
  const direct = pages.flat().map(({ organization, ...rest }) => ({ org: organization.login, ...rest }));
  const found = parents ? [...direct, ...(await parentsOf(direct, api))] : direct;
  return found.map(({ org, name, slug }) => ({ org, name, slug }));
}

/** Climbs level by level; a team that is known is not asked for again. */
async function parentsOf(direct: readonly Listed[], api: Api): Promise<readonly Team[]> {
  const known = new Set(direct.map(keyOf));
  const above: Team[] = [];
  let level: readonly Listed[] = direct;
  while (level.length > 0) {
    const fresh = new Map<string, Team>();
    for (const { org, parent } of level) {
      if (parent && !known.has(keyOf({ org, ...parent }))) fresh.set(keyOf({ org, ...parent }), { ...parent, org });
    }
    for (const key of fresh.keys()) known.add(key);
    above.push(...fresh.values());
    level = await pMap(fresh.values(), async ({ org, slug }) => ({ ...(await readTeam(api, org, slug)), org }), {
      concurrency,
    });
  }
  return above;
}

const readTeam = (api: Api, org: string, slug: string): Promise<NestedTeam> =>
  api.get(`/orgs/${encodeURIComponent(org)}/teams/${encodeURIComponent(slug)}`, team);

const keyOf = ({ org, slug }: Pick<Team, 'org' | 'slug'>): string => `${org.toLowerCase()}/${slug}`;
