/** Bitbucket Cloud in memory, answering what its published description says. */
import type { components } from '@coderabbitai/bitbucket/cloud/openapi';
import { type Described, type FakeApi, type FakeOAuth, fakeOAuth } from '@ostiary/connector-sdk/testing';

type Schemas = components['schemas'];

/** The description of an account of a person; `username` is answered to its owner only, and not described. */
type User = Described<Schemas['user']> &
  Omit<Described<Schemas['account']>, 'type'> & { readonly username: string | undefined };

type Workspace = Partial<Described<Schemas['workspace']>>;

/** What Bitbucket knows, for a test to change. */
export interface BitbucketWorld {
  uuid: string;
  username: string | undefined;
  status: string;
  emails: readonly { readonly email: string; readonly is_primary: boolean; readonly is_confirmed: boolean }[];
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
    if (permission === 'hidden') return Response.json({ type: 'error' }, { status: 403 });
    return Response.json({ type: 'workspace_permission', permission });
  };
}

const userOf = ({ uuid, username, status }: BitbucketWorld): User => ({
  type: 'user',
  uuid,
  username,
  nickname: 'Jane',
  display_name: 'Jane Doe',
  account_status: status,
});

const workspaceAccess = (slug: string): Record<string, unknown> => ({
  type: 'workspace_access',
  administrator: false,
  workspace: { type: 'workspace_base', ...({ slug } satisfies Workspace) },
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
  return Response.json({ pagelen: pageSize, values, ...(end < items.length ? { next: next.href } : {}) });
}
