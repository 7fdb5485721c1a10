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

const failure = (code: number): Response =>
  Response.json({ error: { code, message: 'see code', title: 'see code' } }, { status: code });

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
  const user = isAdmin ? { id: 'admin-id', name } : { id: world.id, name: world.name };
  return Response.json(
    { token: { methods: ['password'], user } },
    { status: 201, headers: { 'x-subject-token': token } },
  );
}

function answer(path: string, token: string, world: KeystoneWorld): Response {
  const { id, name, email, enabled, gone, forbidden } = world;
  const isPerson = !token.startsWith('admin-');
  if (path === `/users?name=${name}`) {
    return isPerson || forbidden === 'all' ? failure(403) : Response.json({ users: gone ? [] : [{ id }] });
  }
  // A role on the domain is told 403 of an account that is gone.
  if (forbidden === 'all' || forbidden === 'reading' || (forbidden === 'people' && isPerson)) return failure(403);
  if (!path.startsWith(`/users/${id}`) || gone) return failure(404);
  if (path === `/users/${id}`)
    return Response.json({ user: { id: world.answersAbout ?? id, name, email, enabled, domain_id: 'default' } });
  const groups = world.groups.map((one) => ({ id: one, name: one, domain_id: 'default' }));
  return Response.json({ groups, links: { self: `${base}${path}`, previous: null, next: null } });
}
