/** Keystone in memory, answering what its published description says. */
import type { Fetch } from '@ostiary/primitives';

/** What Keystone knows, for a test to change. */
export interface KeystoneWorld {
  id: string;
  name: string;
  email: string | undefined;
  password: string;
  enabled: boolean;
  gone: boolean;
  /** The id in the answer, whoever was asked about. */
  answersAbout: string | undefined;
  groups: readonly string[];
  /** Groups in a page: Keystone has as many as its operator says, and then answers where the next ones are. */
  pageSize: number;
  /** What is answered with 403: nothing, accounts to people, accounts even to the administrator, or lists as well. */
  forbidden: 'nothing' | 'people' | 'reading' | 'all';
  /** Bodies of the authentication requests. */
  readonly asked: { readonly domain: unknown; readonly name: unknown }[];
}

export interface FakeKeystone {
  readonly world: KeystoneWorld;
  readonly fetch: Fetch;
  readonly requests: readonly Request[];
  readonly issued: readonly string[];
}

const base = 'https://keystone.example:5000/v3';

/** Password of the account in the configuration. */
export const adminPassword = 'admin-password-31';

export function fakeKeystone(): FakeKeystone {
  const world: KeystoneWorld = {
    id: '9f8e7d6c5b4a49388271605f4e3d2c1b',
    name: 'jane',
    email: 'jane@example.com',
    password: 'correct horse',
    enabled: true,
    gone: false,
    answersAbout: undefined,
    groups: ['ops', 'staff'],
    pageSize: 100,
    forbidden: 'nothing',
    asked: [],
  };
  const requests: Request[] = [];
  const issued: string[] = [];
  return {
    world,
    requests,
    issued,
    async fetch(input, init) {
      const request = new Request(input, init);
      requests.push(request.clone());
      if (!request.url.startsWith(base)) throw new Error(`fakeKeystone: nothing is at ${request.url}`);
      const path = request.url.slice(base.length);
      if (path === '/auth/tokens') return authenticate(request, world, issued);
      const token = request.headers.get('x-auth-token') ?? '';
      return issued.includes(token) ? answer(path, token, world) : failure(401);
    },
  };
}

function failure(code: number): Response {
  const answer: Failure = { error: { code, message: 'see code', title: 'see code' } };
  return Response.json(answer, { status: code });
}

/** What is answered. No types are published, but https://docs.openstack.org/api-ref/identity/v3/ tells the fields. */
interface Failure {
  readonly error: { readonly code: number; readonly message: string; readonly title: string };
}
interface TokenAnswer {
  readonly token: {
    readonly methods: readonly string[];
    readonly user: { readonly id: string; readonly name: string };
  };
}
interface User {
  readonly id: string;
  readonly name: string;
  readonly email: string | undefined;
  readonly enabled: boolean;
  readonly domain_id: string;
}
interface Group {
  readonly id: string;
  readonly name: string;
  readonly domain_id: string;
}
interface Links {
  readonly links: { readonly self: string; readonly previous: null; readonly next: string | null };
}
type Users = Links & { readonly users: readonly User[] };
type Groups = Links & { readonly groups: readonly Group[] };

interface Authentication {
  readonly auth: {
    readonly identity: {
      readonly password: { readonly user: { name: string; password: string; domain: { id?: string; name?: string } } };
    };
  };
}

async function authenticate(request: Request, world: KeystoneWorld, issued: string[]): Promise<Response> {
  const body: Authentication = JSON.parse(await request.text());
  const { name, password, domain } = body.auth.identity.password.user;
  world.asked.push({ domain, name });
  const isAdmin = name === 'admin' && password === adminPassword;
  const isJane = name === world.name && password === world.password && world.enabled && !world.gone;
  if (!isAdmin && !isJane) return failure(401);
  const token = `${isAdmin ? 'admin' : 'user'}-token-${issued.length}-gAAAAAB`;
  issued.push(token);
  const answer: TokenAnswer = {
    token: { methods: ['password'], user: isAdmin ? { id: 'admin-id', name } : { id: world.id, name: world.name } },
  };
  return Response.json(answer, { status: 201, headers: { 'x-subject-token': token } });
}

function answer(path: string, token: string, world: KeystoneWorld): Response {
  const { id, name, gone, forbidden } = world;
  const isPerson = !token.startsWith('admin-');
  if (path === `/users?name=${name}`) {
    if (isPerson || forbidden === 'all') return failure(403);
    const found: Users = { users: gone ? [] : [userOf(world)], links: linksOf(path) };
    return Response.json(found);
  }
  // A role on the domain is told 403 of an account that is gone.
  if (forbidden === 'all' || forbidden === 'reading' || (forbidden === 'people' && isPerson)) return failure(403);
  if (!path.startsWith(`/users/${id}`) || gone) return failure(404);
  return path === `/users/${id}` ? accountOf(world) : groupPage(path, world);
}

function accountOf(world: KeystoneWorld): Response {
  const answer: { readonly user: User } = { user: userOf(world) };
  return Response.json(answer);
}

const userOf = ({ answersAbout, id, name, email, enabled }: KeystoneWorld): User => ({
  id: answersAbout ?? id,
  name,
  email,
  enabled,
  domain_id: 'default',
});

/** The next page begins after the group that its address names (`marker`). */
function groupPage(path: string, { groups, pageSize }: KeystoneWorld): Response {
  const url = new URL(`${base}${path}`);
  const start = groups.indexOf(url.searchParams.get('marker') ?? '') + 1;
  const page = groups.slice(start, start + pageSize);
  url.searchParams.set('marker', page.at(-1) ?? '');
  const next = start + pageSize < groups.length ? url.href : null;
  const answer: Groups = { groups: page.map(groupOf), links: linksOf(path, next) };
  return Response.json(answer);
}

const groupOf = (name: string): Group => ({ id: name, name, domain_id: 'default' });

const linksOf = (path: string, next: string | null = null): Links['links'] => ({
  self: `${base}${path}`,
  previous: null,
  next,
});
