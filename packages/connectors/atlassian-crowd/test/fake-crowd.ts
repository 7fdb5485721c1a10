/** Crowd in memory, answering what its published description says. */
import type { Fetch } from '@ostiary/primitives';
import type CrowdGroup from 'atlassian-crowd-client/lib/models/group.js';
import type CrowdSession from 'atlassian-crowd-client/lib/models/session.js';
import type CrowdUser from 'atlassian-crowd-client/lib/models/user.js';

/** An account; `expand` and `key`, which came with Crowd 2.8, are not in the description. */
type User = Omit<Parameters<typeof CrowdUser.fromCrowd>[0], 'email'> & {
  readonly email: string | undefined;
  readonly expand: string;
  readonly key: string;
};

/** A list of groups that are not expanded has their names. */
type Group = Pick<Parameters<typeof CrowdGroup.fromCrowd>[0], 'name'>;

/** Like accounts, what holds another thing says with `expand` that it can be had in full. */
type Session = Parameters<typeof CrowdSession.fromCrowd>[0] & { readonly expand: string };

/** No type of these is published: https://developer.atlassian.com/server/crowd/crowd-rest-resources/ */
interface Groups {
  readonly expand: string;
  readonly groups: readonly Group[];
}
interface Problem {
  readonly reason: string;
  readonly message: string;
}

/** What Crowd knows, for a test to change. */
export interface CrowdWorld {
  key: string;
  name: string;
  email: string | undefined;
  password: string;
  active: boolean;
  groups: readonly string[];
  /** The reason for which every password is refused. */
  refusal: string | undefined;
  /** Whether the account may use the application. */
  mayUseApplication: boolean;
  /** A 403 to every question about that, from Crowd or from what stands in front of it. */
  forbidden: string | undefined;
  /** Password of the application. */
  applicationPassword: string;
}

export interface FakeCrowd {
  readonly world: CrowdWorld;
  readonly fetch: Fetch;
  readonly requests: readonly Request[];
}

const base = 'https://crowd.example/crowd/rest/usermanagement/1';

export function fakeCrowd(): FakeCrowd {
  const world: CrowdWorld = {
    key: '32769:4f9c1e2d',
    name: 'jane',
    email: 'jane@example.com',
    password: 'correct horse',
    active: true,
    groups: ['ops', 'staff'],
    refusal: undefined,
    mayUseApplication: true,
    forbidden: undefined,
    applicationPassword: 'application-password-77',
  };
  const requests: Request[] = [];
  return {
    world,
    requests,
    async fetch(input, init) {
      const request = new Request(input, init);
      requests.push(request.clone());
      const expected = `Basic ${Buffer.from(`ostiary:${world.applicationPassword}`).toString('base64')}`;
      if (request.headers.get('authorization') !== expected) {
        return new Response('Application failed to authenticate', { status: 401 });
      }
      return answer(request, world);
    },
  };
}

async function answer(request: Request, world: CrowdWorld): Promise<Response> {
  const url = new URL(request.url);
  const path = url.href.slice(base.length).split('?')[0];
  // Crowd compares names without regard to case.
  const isJane = (url.searchParams.get('username') ?? '').toLowerCase() === world.name.toLowerCase();
  const missing = problem(404, 'USER_NOT_FOUND');
  if (path === '/authentication' && request.method === 'POST') return authenticate(request, world, isJane);
  if (path === '/session') return openSession(request, world);
  const isKnown = isJane || url.searchParams.get('key') === world.key;
  if (path === '/user') return isKnown ? Response.json(userOf(world)) : missing;
  if (path !== '/user/group/nested') throw new Error(`fakeCrowd: nothing is at ${request.method} ${request.url}`);
  if (!isJane) return missing;
  const start = Number(url.searchParams.get('start-index') ?? '0');
  const page = world.groups.slice(start, start + Number(url.searchParams.get('max-results')));
  const groups: Groups = { expand: 'group', groups: page.map((name): Group => ({ name })) };
  return Response.json(groups);
}

function problem(status: number, reason: string): Response {
  const answer: Problem = { reason, message: 'see reason' };
  return Response.json(answer, { status });
}

async function authenticate(request: Request, world: CrowdWorld, isJane: boolean): Promise<Response> {
  const refuse = (reason: string): Response => problem(400, reason);
  if (world.refusal !== undefined) return refuse(world.refusal);
  if (!isJane) return refuse('USER_NOT_FOUND');
  const { value }: { readonly value?: unknown } = JSON.parse(await request.text());
  if (value !== world.password) return refuse('INVALID_USER_AUTHENTICATION');
  return world.active ? Response.json(userOf(world)) : refuse('INACTIVE_ACCOUNT');
}

async function openSession(request: Request, world: CrowdWorld): Promise<Response> {
  if (world.forbidden !== undefined) return new Response(world.forbidden, { status: 403 });
  const { username, password }: { readonly username?: unknown; readonly password?: unknown } = JSON.parse(
    await request.text(),
  );
  const isUnchecked = new URL(request.url).searchParams.get('validate-password') === 'false';
  if (username !== world.name || (password !== world.password && !isUnchecked)) {
    return problem(400, 'INVALID_USER_AUTHENTICATION');
  }
  return world.mayUseApplication ? Response.json(session, { status: 201 }) : problem(403, 'APPLICATION_ACCESS_DENIED');
}

const session: Session = {
  expand: 'user',
  token: 'session-token',
  'created-date': 1_893_456_000_000,
  'expiry-date': 1_893_457_800_000,
};

const userOf = ({ key, name, email, active }: CrowdWorld): User => ({
  expand: 'attributes',
  name,
  key,
  email,
  active,
  'first-name': 'Jane',
  'last-name': 'Doe',
  'display-name': 'Jane Doe',
});
