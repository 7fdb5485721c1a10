/** GitHub's REST API in memory, answering what its published description says. */
import type { components } from '@octokit/openapi-types';
import { type FakeApi, type FakeOAuth, type FakeOAuthOptions, fakeOAuth } from '@ostiary/connector-sdk/testing';

type Schemas = components['schemas'];

/** What GitHub knows, for a test to change. */
export interface GitHubWorld {
  id: number;
  login: string;
  name: string | null;
  company: string | null;
  publicEmail: string | null;
  emails: readonly Pick<Schemas['email'], 'email' | 'primary' | 'verified'>[];
  /** Teams of the account. */
  teams: readonly FakeTeam[];
  /** Organizations it belongs to besides those of its teams. */
  orgs: readonly string[];
  /** Organizations that want single sign-on first. */
  hiddenOrgs: readonly string[];
  /** Organizations that show the account among their members to everybody. */
  publicOrgs: readonly string[];
  /** Organizations whose IP allow list does not have this service. */
  fencedOrgs: readonly string[];
  suspended: boolean;
  /** The token may not read addresses. */
  withoutEmails: boolean;
  /** A firewall in front of it refuses every request. */
  firewall: boolean;
  /** Answers with "secondary rate limit", with or without a header that says so. */
  tooMany: false | 'with a header' | 'without';
  /** Smaller than GitHub's, so that few things make many pages. */
  pageSize: number;
}

export interface FakeTeam {
  readonly org: string;
  readonly name: string;
  readonly slug: string;
  readonly parent?: { readonly name: string; readonly slug: string };
}

/** A played GitHub; `host` for an Enterprise Server. */
export interface FakeGitHub extends FakeOAuth {
  readonly world: GitHubWorld;
}

/** Where it is, whether its tokens end, and another answer of its token endpoint. */
interface FakeGitHubOptions extends Pick<FakeOAuthOptions, 'tokenAnswer'> {
  readonly host?: string;
  readonly expires?: boolean;
}

export function fakeGitHub({ host, expires, ...answers }: FakeGitHubOptions = {}): FakeGitHub {
  const world = newWorld();
  const base = host === undefined ? 'https://api.github.com' : `https://${host}/api/v3`;
  const renewal: Partial<FakeOAuthOptions> =
    expires === true ? { expiresInSeconds: 28_800, refreshTokens: 'rotate' } : noRenewal;
  const oauth = fakeOAuth({
    authorizationEndpoint: `https://${host ?? 'github.com'}/login/oauth/authorize`,
    tokenEndpoint: `https://${host ?? 'github.com'}/login/oauth/access_token`,
    api: restApi(world, base),
    ...renewal,
    ...answers,
  });
  return Object.assign(oauth, { world });
}

const noRenewal: Partial<FakeOAuthOptions> = {};

function newWorld(): GitHubWorld {
  return {
    id: 12_345_678,
    login: 'jane',
    name: 'Jane Doe',
    company: '@acme',
    publicEmail: null,
    emails: [
      { email: 'jane@private.example', primary: false, verified: false },
      { email: 'jane@example.com', primary: true, verified: true },
    ],
    teams: [{ org: 'acme', name: 'Site Admins', slug: 'site-admins' }],
    orgs: [],
    hiddenOrgs: [],
    publicOrgs: [],
    fencedOrgs: [],
    firewall: false,
    suspended: false,
    withoutEmails: false,
    tooMany: false,
    pageSize: 30,
  };
}

function restApi(world: GitHubWorld, base: string): FakeApi {
  return (request) => {
    if (world.firewall) return new Response('<html>Request blocked</html>', { status: 403 });
    if (request.headers.get('x-github-api-version') !== '2022-11-28') return problem(400, 'API version');
    if (world.tooMany !== false) {
      const headers = world.tooMany === 'without' ? {} : { 'retry-after': '60' };
      return problem(403, 'You have exceeded a secondary rate limit', headers);
    }
    if (world.suspended) return problem(403, 'Sorry. Your account was suspended');
    const url = new URL(request.url);
    const path = url.href.slice(base.length).split('?')[0] ?? '';
    const org = /^\/orgs\/([^/]+)\/members\/([^/]+)$/u.exec(path);
    if (org !== null) return membership(world, decodeURIComponent(org[1] ?? ''), decodeURIComponent(org[2] ?? ''));
    const shown = /^\/orgs\/([^/]+)\/public_members\/([^/]+)$/u.exec(path);
    if (shown !== null) return new Response(null, { status: world.publicOrgs.includes(shown[1] ?? '') ? 204 : 404 });
    const team = /^\/orgs\/([^/]+)\/teams\/([^/]+)$/u.exec(path);
    if (team !== null) return Response.json(fullTeam(world, team[1] ?? '', team[2] ?? ''));
    if (path === '/user') return Response.json(userOf(world));
    if (path === '/user/emails')
      return world.withoutEmails ? problem(404, 'Not Found') : page({ url, pageSize: world.pageSize }, emailsOf(world));
    const isShown = (org: string): boolean => !world.hiddenOrgs.includes(org);
    const lists = new Map<string, readonly unknown[]>([
      ['/user/teams', world.teams.filter((one) => isShown(one.org)).map(listedTeam)],
      ['/user/orgs', orgsOf(world).filter(isShown).map(simpleOrg)],
    ]);
    const list = lists.get(path);
    return list && withoutHidden(page({ url, pageSize: world.pageSize }, list), world);
  };
}

/** A list over several organizations leaves out those that want single sign-on, and names them in a header. */
function withoutHidden(response: Response, { hiddenOrgs }: GitHubWorld): Response {
  const ids = hiddenOrgs.map((org) => simpleOrg(org).id);
  if (ids.length > 0) response.headers.set('x-github-sso', `partial-results; organizations=${ids.join(',')}`);
  return response;
}

function problem(status: number, message: string, headers: Record<string, string> = {}): Response {
  const answer: Schemas['basic-error'] = { message, documentation_url: 'https://docs.github.com' };
  return Response.json(answer, { status, headers });
}

type PublicUser = Pick<Schemas['private-user'], 'id' | 'login' | 'name' | 'email' | 'type' | 'company'>;

const userOf = ({ id, login, name, company, publicEmail }: GitHubWorld): PublicUser => ({
  id,
  login,
  name,
  email: publicEmail,
  type: 'User',
  company,
});

const emailsOf = ({ emails }: GitHubWorld): Schemas['email'][] =>
  emails.map((one): Schemas['email'] => ({ ...one, visibility: one.primary ? 'private' : null }));

const orgsOf = ({ orgs, teams }: GitHubWorld): string[] => [...new Set([...orgs, ...teams.map(({ org }) => org)])];

const simpleOrg = (login: string): Pick<Schemas['organization-simple'], 'login' | 'id'> => ({
  login,
  id: login.length,
});

type Listed = Pick<Schemas['team-full'], 'name' | 'slug'> & {
  organization: Pick<Schemas['team-organization'], 'login'>;
  parent: Pick<Schemas['team-simple'], 'name' | 'slug'> | null;
};

const listedTeam = ({ org, name, slug, parent = undefined }: FakeTeam): Listed => ({
  name,
  slug,
  organization: { login: org },
  parent: parent ?? null,
});

/** A parent is known by its child, or stands in the list itself. */
function fullTeam(world: GitHubWorld, org: string, slug: string): Listed {
  const known = world.teams.find((team) => team.org === org && team.slug === slug);
  if (known !== undefined) return listedTeam(known);
  const parent = world.teams.find((team) => team.parent?.slug === slug)?.parent;
  return listedTeam({ org, name: parent?.name ?? slug, slug });
}

function membership(world: GitHubWorld, org: string, login: string): Response {
  if (world.hiddenOrgs.includes(org)) {
    return problem(403, 'Resource protected by organization SAML enforcement.', { 'x-github-sso': 'required; url=x' });
  }
  if (world.fencedOrgs.includes(org)) {
    const why = `the \`${org}\` organization has an IP allow list enabled, and your IP address is not permitted`;
    return problem(403, `Although you appear to have the correct authorization credentials, ${why}.`);
  }
  const same = (other: string): boolean => other.toLowerCase() === org.toLowerCase();
  if (login === world.login && orgsOf(world).some(same)) return new Response(null, { status: 204 });
  return new Response(null, { status: 302, headers: { location: `/orgs/${org}/public_members/${login}` } });
}

function page(
  { url, pageSize }: { readonly url: URL; readonly pageSize: number },
  items: readonly unknown[],
): Response {
  const number = Number(url.searchParams.get('page') ?? '1');
  const end = number * pageSize;
  const at = (target: number): string => {
    const other = new URL(url);
    other.searchParams.set('page', String(target));
    return other.href;
  };
  // The last page has a link back and none onward; the one before has no `rel="last"` here, as on some servers.
  const links = [
    ...(number > 1 ? [`<${at(1)}>; rel="first"`] : []),
    ...(end < items.length ? [`<${at(number + 1)}>; rel="next"`] : []),
  ];
  const headers = links.length === 0 ? {} : { link: links.join(', ') };
  return Response.json(items.slice(end - pageSize, end), { headers });
}
