/** Keystone's Identity API v3. */
import { type ConnectorContext, uniqueGroups } from '@ostiary/connector-sdk';
import { type Api, openApi } from '@ostiary/connector-sdk/api';
import { rootCAFields, secretSource } from '@ostiary/connector-sdk/config';
import { trustedFetch } from '@ostiary/connector-sdk/http';
import { unbelievable } from '@ostiary/connector-sdk/oauth2';
import { type Fetch, type Json, OstiaryError, Secret } from '@ostiary/primitives';
import { z } from 'zod';
import type { KeystoneConfig, KeystoneScope } from './config.ts';

/** An account. */
export interface User {
  readonly id: string;
  readonly name: string;
  readonly email?: string | null | undefined;
  readonly enabled?: boolean | undefined;
}

/** Somebody's token, and whose it is. */
export interface Session {
  readonly token: Secret;
  readonly user: { readonly id: string; readonly name: string };
}

/** What is asked of Keystone. All of it rejects as `openApi` says. */
export interface Keystone {
  /** A session for this name and password, or `undefined` when they are wrong. */
  authenticate(username: string, password: Secret): Promise<Session | undefined>;
  /** A session of the account in the configuration. */
  adminSession(): Promise<Session>;
  /** An account; `undefined` when there is none. */
  find(userId: string, session: Pick<Session, 'token'>): Promise<User | undefined>;
  /** Whether the session may list people, and this one is not among those of the name. */
  isMissing(person: Pick<User, 'id' | 'name'>, session: Pick<Session, 'token'>): Promise<boolean>;
  /** Names of the groups of an account. */
  groupsOf(userId: string, session: Pick<Session, 'token'>): Promise<readonly string[]>;
}

const id = z.string().min(1);
/** The whole account is for the operator's rules, so what is not read here stays in. */
const user: z.ZodType<{ user: User }> = z.object({
  user: z.looseObject({ id, name: id, email: z.string().nullish(), enabled: z.boolean().optional() }),
});
const issued = z.object({ token: z.object({ user: z.object({ id, name: id }) }) });
const failed = z.object({ error: z.object({ code: z.number() }) });
const groupPage = z.object({
  groups: z.array(z.object({ name: id })),
  links: z.object({ next: z.string().nullish() }).optional(),
});

/** Opens the API. */
export function openKeystone(config: KeystoneConfig, context: ConnectorContext): Keystone {
  const fetch = trustedFetch({ certificates: rootCAFields(config.rootCAs) }, context);
  const { keystonePassword: value, keystonePasswordFile: file } = config;
  const adminPassword = secretSource({ value, file, path: 'keystonePasswordFile' }, context.readFile);
  const baseUrl = `${config.keystoneHost}/v3`;
  const as = ({ token }: Pick<Session, 'token'>): Api =>
    openApi({ fetch, baseUrl, secretHeaders: { 'x-auth-token': token } });
  const authenticate = (username: string, password: Secret): Promise<Session | undefined> =>
    logIn({ username, password, domain: config.domain }, { fetch, baseUrl });
  const scope = scopeOf(config.keystoneScope, config.domain);
  return {
    authenticate,
    async adminSession() {
      const password = (await adminPassword?.()) ?? new Secret('');
      const credentials = { username: config.keystoneUsername, password, domain: config.domain, scope };
      const session = await logIn(credentials, { fetch, baseUrl });
      if (session !== undefined) return session;
      const message = 'The identity provider refused the request of this service. Tell your administrator.';
      const remedy = `check its password, and that it has a role where keystoneScope says: ${config.keystoneScope}`;
      throw new OstiaryError('upstream/protocol', message, { detail: { refused: config.keystoneUsername, remedy } });
    },
    async find(userId, session) {
      const reply = await as(session).ask({
        path: `/users/${encodeURIComponent(userId)}`,
        method: 'GET',
        answer: user,
        refusal: { status: 404, answer: failed },
      });
      return reply.ok ? reply.value.user : undefined;
    },
    async isMissing(person, session) {
      const reply = await as(session).ask({
        path: `/users?name=${encodeURIComponent(person.name)}`,
        method: 'GET',
        answer: z.object({ users: z.array(z.object({ id })) }),
        refusal: { status: 403, answer: failed },
      });
      return reply.ok && reply.value.users.every((one) => one.id !== person.id);
    },
    async groupsOf(userId, session) {
      const next = ({ page }: { readonly page: z.output<typeof groupPage> }): string | undefined =>
        page.links?.next ?? undefined;
      const first = `/users/${encodeURIComponent(userId)}/groups`;
      const pages = await as(session).pages(first, { schema: groupPage, next });
      return uniqueGroups(pages.flatMap(({ groups }) => groups.map(({ name }) => name)));
    },
  };
}

interface Credentials {
  readonly username: string;
  readonly password: Secret;
  readonly domain: string;
  /** Absent: the default project, where the account has one; else the session has no role. */
  readonly scope?: Json | undefined;
}

/**
 * Password authentication. Without a scope it says who somebody is. `undefined` for a wrong password, and for an account
 * that has no role in the scope.
 */
async function logIn(
  { username: name, password, domain, scope }: Credentials,
  where: { readonly fetch: Fetch; readonly baseUrl: string },
): Promise<Session | undefined> {
  const who = { name, domain: domainOf(domain), password: password.reveal() };
  const reply = await openApi(where).ask({
    path: '/auth/tokens',
    method: 'POST',
    body: {
      auth: {
        identity: { methods: ['password'], password: { user: who } },
        ...(scope === undefined ? {} : { scope }),
      },
    },
    answer: issued,
    refusal: { status: 401, answer: failed },
  });
  if (!reply.ok) return undefined;
  const token = reply.headers.get('x-subject-token');
  if (token === null || token === '') throw unbelievable({ reason: 'no X-Subject-Token' });
  return { token: new Secret(token), user: reply.value.token.user };
}

function scopeOf(where: KeystoneScope, domain: string): Json | undefined {
  if (where === 'system') return { system: { all: true } };
  return where === 'domain' ? { domain: domainOf(domain) } : undefined;
}

/** As Dex: `default` and UUIDs are ids, everything else is a name. */
function domainOf(domain: string): { id: string } | { name: string } {
  const isId = domain === 'default' || /^[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}$/iu.test(domain);
  return isId ? { id: domain } : { name: domain };
}
