/** Bitbucket Cloud in memory, answering what its published description says. */
import type { components } from '@coderabbitai/bitbucket/cloud/openapi';
import { type Described, type FakeApi, type FakeOAuth, fakeOAuth } from '@ostiary/connector-sdk/testing';

type Schemas = components['schemas'];

/** The description of an account of a person; `username` is answered to its owner only, and not described. */
type User = Described<Schemas['user']> &
  Omit<Described<Schemas['account']>, 'type'> & { readonly username: string | undefined };

/** No type of it is published: https://developer.atlassian.com/cloud/bitbucket/rest/api-group-workspaces/ */
interface WorkspaceAccess {
  readonly type: 'workspace_access';
  readonly administrator: boolean;
  readonly workspace: Pick<Described<Schemas['workspace']>, 'slug'> & { readonly type: 'workspace_base' };
}

/** The same. */
interface WorkspacePermission {
  readonly type: 'workspace_permission';
  readonly permission: string | undefined;
}

/** The published type says only that it is an object: https://developer.atlassian.com/cloud/bitbucket/rest/api-group-users/ */
interface UserEmail {
  readonly email: string;
  readonly is_primary: boolean;
  readonly is_confirmed: boolean;
}

type Page = Pick<Schemas['paginated_workspaces'], 'pagelen' | 'next'> & { readonly values: readonly unknown[] };

/** What Bitbucket knows, for a test to change. */
export interface BitbucketWorld {
  uuid: string;
  username: string | undefined;
  status: string;
  emails: readonly UserEmail[];
  /** Slugs of the workspaces, with the permission in each; `hidden` where it is not told. */
  workspaces: Readonly<Record<string, string>>;
  /** Smaller than Bitbucket's, so that few things make many pages. */
  pageSize: number;
}

export interface FakeBitbucket extends FakeOAuth {
  readonly world: BitbucketWorld;
}

const api = 'https://api.bitbucket.org/2.0';

export function fakeBitbucket(): FakeBitbucket {
  const world: BitbucketWorld = {
    uuid: '{2f1e0b1c-0b1f-4d0e-9d0b-6a5d3b1c2a10}',
    username: 'jane',
    status: 'active',
    emails: [
      { email: 'old@example.com', is_primary: false, is_confirmed: true },
      { email: 'jane@example.com', is_primary: true, is_confirmed: true },
    ],
    workspaces: { acme: 'owner', labs: 'member' },
    pageSize: 40,
  };
  const oauth = fakeOAuth({
    authorizationEndpoint: 'https://bitbucket.org/site/oauth2/authorize',
    tokenEndpoint: 'https://bitbucket.org/site/oauth2/access_token',
    secretMethod: 'client_secret_basic',
    expiresInSeconds: 7200,
    refreshTokens: 'last',
    api: restApi(world),
  });
  return Object.assign(oauth, { world });
}

function restApi(world: BitbucketWorld): FakeApi {
  return (request) => {
    const url = new URL(request.url);
    const path = url.href.slice(api.length).split('?')[0] ?? '';
    if (path === '/user') return Response.json(userOf(world));
    if (path === '/user/emails') return page({ url, pageSize: world.pageSize }, world.emails);
    if (path === '/user/workspaces')
      return page({ url, pageSize: world.pageSize }, Object.keys(world.workspaces).map(workspaceAccess));
    const [, slug] = /^\/user\/workspaces\/([^/]+)\/permission$/u.exec(path) ?? [];
    if (slug === undefined) return undefined;
    const permission = world.workspaces[decodeURIComponent(slug)];
    return permission === 'hidden' ? Response.json(hidden, { status: 403 }) : Response.json(permissionOf(permission));
  };
}

const hidden: Described<Schemas['error']> = { type: 'error' };

const permissionOf = (permission: string | undefined): WorkspacePermission => ({
  type: 'workspace_permission',
  permission,
});

const userOf = ({ uuid, username, status }: BitbucketWorld): User => ({
  type: 'user',
  uuid,
  username,
  nickname: 'Jane',
  created_on: '2029-01-01T00:00:00.000000+00:00',
  display_name: 'Jane Doe',
  account_status: status,
});

const workspaceAccess = (slug: string): WorkspaceAccess => ({
  type: 'workspace_access',
  administrator: false,
  workspace: { type: 'workspace_base', slug },
});

function page(
  { url, pageSize }: { readonly url: URL; readonly pageSize: number },
  items: readonly unknown[],
): Response {
  const number = Number(url.searchParams.get('page') ?? '1');
  const end = number * pageSize;
  const next = new URL(url);
  next.searchParams.set('page', String(number + 1));
  const values = items.slice(end - pageSize, end);
  const whole: Page = { pagelen: pageSize, values };
  const answer: Page = end < items.length ? { ...whole, next: next.href } : whole;
  return Response.json(answer);
}
