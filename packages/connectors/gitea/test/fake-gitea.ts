/** Gitea in memory, answering what its published description says. */
import { type FakeApi, type FakeOAuth, fakeOAuth } from '@ostiary/connector-sdk/testing';
import type { APIError, Email, Team, User } from 'gitea-js';

type Refusal = 'prohibited' | 'not activated' | 'new password';

/** What Gitea knows, for a test to change. */
export interface GiteaWorld {
  id: number;
  login: string;
  fullName: string;
  email: string;
  location: string;
  verified: boolean;
  active: boolean;
  prohibited: boolean;
  /** A 403 for every request: of Gitea, which says why, or of a firewall in front of it. */
  forbidden: Refusal | 'by a firewall' | false;
  /** The token may not read addresses. */
  withoutEmails: boolean;
  /** Smaller than Gitea's, so that few things make many pages. */
  pageSize: number;
  teams: readonly { readonly org: string; readonly name: string }[];
}

export interface FakeGitea extends FakeOAuth {
  readonly world: GiteaWorld;
}

const base = 'https://gitea.example';

/** What Gitea 1.27.3 says to whoever may not use its API. */
const refusals: Readonly<Record<Refusal, string>> = {
  prohibited: 'This account is prohibited from signing in, please contact your site administrator.',
  'not activated': 'This account is not activated.',
  'new password': `You must change your password. Change it at: ${base}//user/change_password`,
};

export function fakeGitea(): FakeGitea {
  const world: GiteaWorld = {
    id: 12_345_678,
    login: 'jane',
    fullName: 'Jane Doe',
    email: 'jane@example.com',
    location: 'Graz',
    verified: true,
    active: true,
    prohibited: false,
    forbidden: false,
    withoutEmails: false,
    pageSize: 20,
    teams: [
      { org: 'Acme', name: 'Owners' },
      { org: 'Acme', name: 'ops' },
      { org: 'other', name: 'guests' },
    ],
  };
  const oauth = fakeOAuth({
    authorizationEndpoint: `${base}/login/oauth/authorize`,
    tokenEndpoint: `${base}/login/oauth/access_token`,
    expiresInSeconds: 3600,
    refreshTokens: 'rotate',
    refreshError: 'unauthorized_client',
    api: restApi(world),
  });
  return Object.assign(oauth, { world });
}

function restApi(world: GiteaWorld): FakeApi {
  return (request) => {
    const { pathname, searchParams } = new URL(request.url);
    if (world.forbidden !== false) return forbidden(world.forbidden);
    if (pathname === '/api/v1/user') return Response.json(userOf(world));
    if (pathname === '/api/v1/user/emails') {
      return world.withoutEmails ? refusal('token scope') : emailsOf(world);
    }
    if (pathname !== '/api/v1/user/teams') return undefined;
    // The server caps what a page may hold, and says nothing about the end.
    const size = Math.min(Number(searchParams.get('limit')), world.pageSize);
    const start = (Number(searchParams.get('page')) - 1) * size;
    return Response.json(teamsOf(world).slice(start, start + size));
  };
}

function forbidden(why: Refusal | 'by a firewall'): Response {
  if (why === 'by a firewall') return new Response('<html>403 Forbidden</html>', { status: 403 });
  return refusal(refusals[why]);
}

function refusal(message: string): Response {
  const answer: APIError = { message };
  return Response.json(answer, { status: 403 });
}

const userOf = (world: GiteaWorld): User => ({
  id: world.id,
  login: world.login,
  full_name: world.fullName,
  email: world.email,
  location: world.location,
  active: world.active,
  prohibit_login: world.prohibited,
});

/** Another address is verified when the one of the account is not: the word about one says nothing of the other. */
function emailsOf({ email, verified }: GiteaWorld): Response {
  const answer: Email[] = [
    { email: 'other@example.com', verified: !verified, primary: false },
    { email, verified, primary: true },
  ];
  return Response.json(answer);
}

const teamsOf = ({ teams }: GiteaWorld): Team[] =>
  teams.map(({ org, name }, id): Team => ({ id, name, organization: { id, username: org, name: org } }));
