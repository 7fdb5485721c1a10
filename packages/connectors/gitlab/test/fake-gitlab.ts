/** GitLab in memory, answering what its published description says. */
import type { ExpandedUserSchema, GroupSchema, MemberSchema } from '@gitbeaker/core';
import { type FakeApi, type FakeOAuth, fakeOAuth } from '@ostiary/connector-sdk/testing';

/** What GitLab knows, for a test to change. */
export interface GitLabWorld {
  id: number;
  username: string;
  name: string;
  email: string;
  confirmed: boolean;
  external: boolean;
  state: string;
  /** A firewall in front of it refuses every request. */
  firewall: boolean;
  /** Groups of which the account is a member itself, with its access level. */
  direct: Readonly<Record<string, number>>;
  /** Groups it is in through a group above. */
  inherited: Readonly<Record<string, number>>;
  /** Paths of groups whose members it may not see. */
  hidden: readonly string[];
  /** The application that tokens are said to be issued to; `null` for personal access tokens. */
  application: string | null;
}

export interface FakeGitLab extends FakeOAuth {
  readonly world: GitLabWorld;
}

const base = 'https://gitlab.example/git';

export function fakeGitLab(): FakeGitLab {
  const world: GitLabWorld = {
    id: 12_345_678,
    username: 'jane',
    name: 'Jane Doe',
    email: 'jane@example.com',
    confirmed: true,
    external: false,
    state: 'active',
    firewall: false,
    direct: { acme: 30, 'acme/ops': 50 },
    inherited: { 'acme/ops/sre': 50, library: 20 },
    hidden: [],
    application: 'ostiary',
  };
  const oauth = fakeOAuth({
    authorizationEndpoint: `${base}/oauth/authorize`,
    tokenEndpoint: `${base}/oauth/token`,
    expiresInSeconds: 7200,
    refreshTokens: 'rotate',
    api: restApi(world),
  });
  return Object.assign(oauth, { world });
}

function restApi(world: GitLabWorld): FakeApi {
  return (request) => {
    const url = new URL(request.url);
    const path = url.href.slice(base.length).split('?')[0] ?? '';
    if (world.firewall) return new Response('Forbidden', { status: 403 });
    if (world.state === 'blocked') {
      return problem(403, '403 Forbidden - Your account has been blocked.');
    }
    if (path === '/api/v4/user') return Response.json(userOf(world));
    if (path === '/oauth/userinfo') return Response.json(userInfoOf(world));
    if (path === '/oauth/token/info') return Response.json(tokenInfoOf(world));
    if (path === '/api/v4/groups') return groupPage(url, world);
    const [, id, user] = /^\/api\/v4\/groups\/(\d+)\/members\/all\/(\d+)$/u.exec(path) ?? [];
    return id === undefined ? undefined : memberOf(Number(id), Number(user), world);
  };
}

/** https://docs.gitlab.com/api/rest/troubleshooting/#status-codes */
function problem(status: number, message: string): Response {
  const answer: { readonly message: string } = { message };
  return Response.json(answer, { status });
}

type User = Pick<ExpandedUserSchema, 'id' | 'username' | 'name' | 'email' | 'confirmed_at' | 'state' | 'external'>;

function userOf({ id, username, name, email, state, external, confirmed }: GitLabWorld): Omit<User, 'confirmed_at'> & {
  confirmed_at: User['confirmed_at'] | null;
} {
  const confirmedAt = confirmed ? '2029-01-01T00:00:00.000Z' : null;
  return { id, username, name, email, state, external, confirmed_at: confirmedAt };
}

/** No type of it is published: https://docs.gitlab.com/integration/openid_connect_provider/#shared-information */
interface UserInfo {
  readonly sub: string;
  readonly groups: readonly string[];
  readonly 'https://gitlab.org/claims/groups/owner': readonly string[];
  readonly 'https://gitlab.org/claims/groups/maintainer': readonly string[];
  readonly 'https://gitlab.org/claims/groups/developer': readonly string[];
}

function userInfoOf({ id, direct }: GitLabWorld): UserInfo {
  const withLevel = (wanted: number): string[] => Object.keys(direct).filter((path) => direct[path] === wanted);
  return {
    sub: String(id),
    groups: Object.keys(direct),
    'https://gitlab.org/claims/groups/owner': withLevel(50),
    'https://gitlab.org/claims/groups/maintainer': withLevel(40),
    'https://gitlab.org/claims/groups/developer': withLevel(30),
  };
}

/** No type of it is published: https://docs.gitlab.com/api/oauth2/#retrieve-the-token-information */
interface TokenInfo {
  readonly resource_owner_id: number;
  readonly scope: readonly string[];
  readonly expires_in: number;
  readonly application: { readonly uid: string } | null;
  readonly created_at: number;
}

const tokenInfoOf = ({ id, application }: GitLabWorld): TokenInfo => ({
  resource_owner_id: id,
  scope: ['read_user'],
  expires_in: 7200,
  application: application === null ? null : { uid: application },
  created_at: 1,
});

const everyGroup = ({ direct, inherited }: GitLabWorld): Readonly<Record<string, number>> => ({
  ...direct,
  ...inherited,
});

function groupPage(url: URL, world: GitLabWorld): Response {
  if (url.searchParams.get('all_available') !== 'false') throw new Error('fakeGitLab: asks for public groups too');
  const size = Number(url.searchParams.get('per_page'));
  const number = Number(url.searchParams.get('page') ?? '1');
  const all = Object.keys(everyGroup(world)).map(
    (full_path, index): Pick<GroupSchema, 'id' | 'full_path'> => ({ id: index + 1, full_path }),
  );
  const more = all.length > number * size;
  const headers: Record<string, string> = { 'x-next-page': more ? String(number + 1) : '' };
  return Response.json(all.slice((number - 1) * size, number * size), { headers });
}

function memberOf(id: number, user: number, world: GitLabWorld): Response {
  const [path = '', level] = Object.entries(everyGroup(world))[id - 1] ?? [];
  if (world.hidden.includes(path)) return problem(403, '403 Forbidden');
  if (level === undefined || user !== world.id) return problem(404, '404 Not found');
  const answer: Pick<MemberSchema, 'id' | 'username'> & { access_level: number } = {
    id: user,
    username: world.username,
    access_level: level,
  };
  return Response.json(answer);
}
