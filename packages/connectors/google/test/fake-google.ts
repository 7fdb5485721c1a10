/** Google in memory: login, directory, tokens for service accounts. */
import { createVerify, generateKeyPairSync } from 'node:crypto';
import type { admin_directory_v1 } from '@googleapis/admin';
import type { cloudidentity_v1 } from '@googleapis/cloudidentity';
import { type FakeIdp, fakeIdp } from '@ostiary/connector-sdk/testing';
import type { Clock } from '@ostiary/primitives';

/** What Google knows, for a test to change. */
export interface GoogleWorld {
  /** The groups that somebody, by id, or a group, by address, is in. */
  memberships: Record<string, readonly string[]>;
  /** Everything the directory was asked: whose groups, on behalf of whom. */
  readonly asked: { readonly userKey: string; readonly admin: string }[];
  /** The service account may not act for administrators. */
  notDelegated: boolean;
  /** IAM answers without a signature. */
  iamDoesNotSign: boolean;
  /** How many questions the directory has at the same time, and had at most. */
  readonly load: { now: number; most: number };
  /** Groups in a page; Google's are larger. */
  pageSize: number;
  /** How the last page says that it is the last; Google leaves the token out. */
  lastPageToken?: string | null;
  /** Groups that hold a group of the person, for the Cloud Identity API, which answers them all at once. */
  nestedGroups: readonly string[];
  /** What the Cloud Identity API was asked. */
  readonly queries: string[];
}

export interface FakeGoogle extends Omit<FakeIdp, 'decline'> {
  /** From now on no token that a service account was given is good. */
  endServiceTokens(): void;
  readonly world: GoogleWorld;
  decline(url: string): URLSearchParams;
}

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

// What follows has no published type, but a page.
/** https://developers.google.com/identity/openid-connect/openid-connect#an-id-tokens-payload */
interface GoogleClaims {
  readonly hd: string;
}
/** https://cloud.google.com/iam/docs/keys-create-delete */
interface KeyFile {
  readonly type: 'service_account';
  readonly client_email: string;
  readonly private_key: string;
  readonly private_key_id: string;
  readonly token_uri: string;
}
/** https://developers.google.com/identity/protocols/oauth2/service-account, and the metadata server answers the same. */
type TokenAnswer =
  | { readonly access_token: string; readonly expires_in: number; readonly token_type: 'Bearer' }
  | { readonly error: string };
/** https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/signJwt */
interface Signed {
  readonly keyId: string;
  readonly signedJwt?: string;
}
/** https://cloud.google.com/apis/design/errors */
interface Problem {
  readonly error: Pick<cloudidentity_v1.Schema$Status, 'code'>;
}

/** Key file of a service account, as Google gives it. */
export const keyFile: string = JSON.stringify({
  type: 'service_account',
  client_email: 'reader@project.iam.gserviceaccount.com',
  private_key: pem,
  private_key_id: 'key-1',
  token_uri: 'https://oauth2.googleapis.com/token',
} satisfies KeyFile);

/** For whom a token acts; `undefined` for one that has ended. */
type Admins = Map<string, string | undefined>;

export async function fakeGoogle(now: Clock = () => new Date('2030-01-01T00:00:00Z')): Promise<FakeGoogle> {
  const idp = await fakeIdp({ issuer: 'https://accounts.google.com', now, clientSecret: 'client-secret-9f2c' });
  idp.person.sub = '112233445566778899000';
  const { groups: _none, preferred_username: _no, ...claims } = idp.person.idToken;
  idp.person.idToken = { ...claims, hd: 'example.com' } satisfies GoogleClaims;
  const world: GoogleWorld = {
    memberships: { [idp.person.sub]: ['ops@example.com', 'staff@example.com'] },
    asked: [],
    notDelegated: false,
    iamDoesNotSign: false,
    load: { now: 0, most: 0 },
    pageSize: 50,
    nestedGroups: [],
    queries: [],
  };
  const admins: Admins = new Map();
  const { decline } = idp;
  return Object.assign(idp, {
    world,
    endServiceTokens() {
      for (const token of admins.keys()) admins.set(token, undefined);
    },
    decline: (url: string) => decline(url, 'access_denied'),
    fetch: answerer(idp, world, admins),
  });
}

function answerer(idp: FakeIdp, world: GoogleWorld, admins: Admins): FakeIdp['fetch'] {
  const { fetch } = idp;
  return async (input, init) => {
    const request = new Request(input, init);
    const url = new URL(request.url);
    switch (url.host) {
      case 'oauth2.googleapis.com':
        return serviceToken(new URLSearchParams(await request.text()), { world, admins });
      case 'admin.googleapis.com':
        return listGroups(url, { world, admin: admins.get(request.headers.get('authorization') ?? '') });
      case 'cloudidentity.googleapis.com':
        return searchGroups(url, { world, asker: admins.get(request.headers.get('authorization') ?? '') });
      case 'metadata.google.internal':
        return request.headers.get('metadata-flavor') === 'Google' ? metadata(url) : new Response('', { status: 403 });
      case 'iamcredentials.googleapis.com':
        return Response.json(world.iamDoesNotSign ? unsigned : sign(JSON.parse(await request.text()).payload));
      default:
        return fetch(input, init);
    }
  };
}

const bearer = (token: string): TokenAnswer => ({ access_token: token, expires_in: 3600, token_type: 'Bearer' });

const metadata = (url: URL): Response =>
  url.pathname.endsWith('/email')
    ? new Response('machine@project.iam.gserviceaccount.com\n')
    : Response.json(bearer('machine-token'));

const unsigned: Signed = { keyId: 'google' };

/** IAM signs with a key of Google's, which the token endpoint knows too. */
function sign(payload: string): Signed {
  const encoded = Buffer.from(payload).toString('base64url');
  return { keyId: 'google', signedJwt: `signed-by-iam.${encoded}.` };
}

function serviceToken(
  form: URLSearchParams,
  { world, admins }: { readonly world: GoogleWorld; readonly admins: Admins },
): Response {
  const [header = '', payload = '', signature = ''] = (form.get('assertion') ?? '').split('.');
  const verifier = createVerify('RSA-SHA256').update(`${header}.${payload}`);
  const genuine = header === 'signed-by-iam' || verifier.verify(publicKey, Buffer.from(signature, 'base64url'));
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
  const forItself = claims.sub === undefined && claims.scope.endsWith('cloud-identity.groups.readonly');
  const forAdmin = claims.sub !== undefined && claims.scope.endsWith('admin.directory.group.readonly');
  const isGood = claims.aud === 'https://oauth2.googleapis.com/token' && (forItself || forAdmin);
  const refusal: TokenAnswer = { error: 'unauthorized_client' };
  if (!genuine || !isGood || world.notDelegated) return Response.json(refusal, { status: 401 });
  const token = `directory-${admins.size}`;
  admins.set(`Bearer ${token}`, claims.sub ?? itself);
  return Response.json(bearer(token));
}

function problem(code: number): Response {
  const answer: Problem = { error: { code } };
  return Response.json(answer, { status: code });
}

/** Stands for a service account that acts for nobody else. */
const itself = 'itself';

type Nested = cloudidentity_v1.Schema$SearchTransitiveGroupsResponse;
type Direct = cloudidentity_v1.Schema$SearchDirectGroupsResponse;

/** Memberships by the address of the member, as the Cloud Identity API answers them. */
function searchGroups(
  url: URL,
  { world, asker }: { readonly world: GoogleWorld; readonly asker: string | undefined },
): Response {
  if (asker === undefined) return problem(401);
  if (asker !== itself) return problem(403);
  world.queries.push(url.searchParams.get('query') ?? '');
  const climbs = url.pathname.endsWith(':searchTransitiveGroups');
  const all = [...(world.memberships['jane@example.com'] ?? []), ...(climbs ? world.nestedGroups : [])];
  const start = Number(url.searchParams.get('pageToken') ?? '0');
  const end = start + world.pageSize;
  const page = all.slice(start, end);
  const answer: Nested | Direct = climbs ? nestedIn(page, world) : directIn(page);
  goOn(answer, end < all.length ? String(end) : world.lastPageToken);
  return Response.json(answer);
}

/** `undefined` is left out. */
function goOn(page: Nested | Direct | Groups, token: string | null | undefined): void {
  if (token !== undefined) page.nextPageToken = token;
}

const nestedIn = (page: readonly string[], { nestedGroups }: GoogleWorld): Nested => ({
  memberships: page.map((id): cloudidentity_v1.Schema$GroupRelation => {
    const relationType = nestedGroups.includes(id) ? 'INDIRECT' : 'DIRECT';
    return { groupKey: { id }, relationType };
  }),
});

const directIn = (page: readonly string[]): Direct => ({
  memberships: page.map((id): cloudidentity_v1.Schema$MembershipRelation => ({ groupKey: { id } })),
});

type Groups = admin_directory_v1.Schema$Groups;

const groupOf = (email: string): admin_directory_v1.Schema$Group => ({ id: email, email, name: email });

async function listGroups(
  url: URL,
  { world, admin }: { readonly world: GoogleWorld; readonly admin: string | undefined },
): Promise<Response> {
  if (admin === undefined) return problem(401);
  const userKey = url.searchParams.get('userKey') ?? '';
  world.asked.push({ userKey, admin });
  world.load.now += 1;
  world.load.most = Math.max(world.load.most, world.load.now);
  await new Promise(setImmediate);
  world.load.now -= 1;
  const { pageSize } = world;
  const all = world.memberships[userKey];
  if (all === undefined) return problem(404);
  const start = Number(url.searchParams.get('pageToken') ?? '0');
  const page = all.slice(start, start + pageSize).map(groupOf);
  const answer: Groups = { kind: 'admin#directory#groups' };
  if (page.length > 0) answer.groups = page;
  goOn(answer, start + pageSize < all.length ? String(start + pageSize) : world.lastPageToken);
  return Response.json(answer);
}
