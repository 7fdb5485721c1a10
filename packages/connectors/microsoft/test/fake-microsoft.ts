/** Entra ID and Microsoft Graph in memory, answering what the published description says. */
import type { Group, User } from '@microsoft/microsoft-graph-types';
import { type FakeApi, type FakeOAuth, type FakeOAuthOptions, fakeOAuth } from '@ostiary/connector-sdk/testing';

/** What Entra ID knows, for a test to change. */
export interface MicrosoftWorld {
  user: Required<Pick<User, 'id' | 'displayName' | 'userPrincipalName' | 'mailNickname' | 'onPremisesSamAccountName'>> &
    Pick<User, 'department' | 'jobTitle'>;
  /** Fields of the account that the app may not read. */
  hidden: readonly string[];
  groups: readonly FakeGroup[];
  /** A personal account: there is no directory to ask. */
  personal: boolean;
  /** Nobody consented to reading groups. */
  denied: boolean;
}

export interface FakeGroup {
  readonly id: string;
  readonly displayName: string | null;
  readonly security?: boolean;
}

export interface FakeMicrosoft extends FakeOAuth {
  readonly world: MicrosoftWorld;
}

const graph = 'https://graph.microsoft.com/v1.0';

/** Ids in a page; Graph's are larger. */
const pageSize = 400;

export function fakeMicrosoft(tenant = 'common', options: Partial<FakeOAuthOptions> = {}): FakeMicrosoft {
  const world: MicrosoftWorld = {
    user: {
      id: '11111111-2222-3333-4444-555555555555',
      displayName: 'Jane Doe',
      userPrincipalName: 'Jane@Example.com',
      mailNickname: 'jane',
      onPremisesSamAccountName: 'EXAMPLE-jane',
      department: 'Engineering',
      jobTitle: 'Engineer',
    },
    hidden: [],
    groups: [
      { id: 'aaaaaaaa-0000-0000-0000-000000000001', displayName: 'ops', security: true },
      { id: 'aaaaaaaa-0000-0000-0000-000000000002', displayName: 'All Company' },
    ],
    personal: false,
    denied: false,
  };
  const login = `https://login.microsoftonline.com/${tenant}/oauth2/v2.0`;
  const oauth = fakeOAuth({
    authorizationEndpoint: `${login}/authorize`,
    tokenEndpoint: `${login}/token`,
    expiresInSeconds: 3600,
    refreshTokens: 'rotate',
    api: graphApi(world),
    ...options,
  });
  return Object.assign(oauth, { world });
}

function graphApi(world: MicrosoftWorld): FakeApi {
  return async (request) => {
    const url = new URL(request.url);
    const path = url.href.slice(graph.length).split('?')[0] ?? '';
    if (path === '/me') return selected(world, (url.searchParams.get('$select') ?? '').split(','));
    if (request.method !== 'POST') return undefined;
    const body: Record<string, unknown> = JSON.parse(await request.text());
    if (path === '/me/getMemberGroups') return memberGroups(url, body, world);
    return path === '/directoryObjects/getByIds' ? byIds(body, world) : undefined;
  };
}

/** No type of these is published: https://learn.microsoft.com/graph/errors and https://learn.microsoft.com/graph/paging */
interface Problem {
  readonly error: { readonly code: string; readonly message: string };
}
interface List<T> {
  readonly value: readonly T[];
  readonly '@odata.nextLink'?: string | undefined;
}

function problem(status: number, code: string): Response {
  const answer: Problem = { error: { code, message: 'see code' } };
  return Response.json(answer, { status });
}

function selected({ user, hidden }: MicrosoftWorld, fields: readonly string[]): Response {
  if (fields.some((name) => hidden.includes(name))) return problem(403, 'Authorization_RequestDenied');
  if (!fields.every((name) => Object.hasOwn(user, name))) return problem(400, 'BadRequest');
  const answer: User = Object.fromEntries(Object.entries(user).filter(([name]) => fields.includes(name)));
  return Response.json(answer);
}

function memberGroups(
  url: URL,
  { securityEnabledOnly: only }: Record<string, unknown>,
  world: MicrosoftWorld,
): Response {
  if (world.personal) return problem(400, 'BadRequest');
  if (world.denied) return problem(403, 'Authorization_RequestDenied');
  if (typeof only !== 'boolean') return problem(400, 'Request_BadRequest');
  const ids = world.groups.filter(({ security }) => !only || security === true).map(({ id }) => id);
  const start = Number(url.searchParams.get('$skiptoken') ?? '0');
  const next = start + pageSize < ids.length ? `${graph}/me/getMemberGroups?$skiptoken=${start + pageSize}` : undefined;
  const answer: List<string> = { value: ids.slice(start, start + pageSize), '@odata.nextLink': next };
  return Response.json(answer);
}

const groupOf = ({ id, displayName }: FakeGroup): Group & { '@odata.type': string } => ({
  '@odata.type': '#microsoft.graph.group',
  id,
  displayName,
});

function byIds({ ids, types }: Record<string, unknown>, world: MicrosoftWorld): Response {
  if (!Array.isArray(ids) || ids.length > 1000) return problem(400, 'Request_BadRequest');
  if (JSON.stringify(types) !== '["group"]') return problem(400, 'Request_BadRequest');
  const groups = world.groups.filter(({ id }) => ids.includes(id));
  const answer: List<Group & { '@odata.type': string }> = { value: groups.map(groupOf) };
  return Response.json(answer);
}
