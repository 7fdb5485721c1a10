/** Crowd's REST API for applications. */
import { type ConnectorContext, uniqueGroups } from '@ostiary/connector-sdk';
import { type Api, openApi, type PageOf } from '@ostiary/connector-sdk/api';
import { clientSecretOf, rootCAFields } from '@ostiary/connector-sdk/config';
import { trustedFetch } from '@ostiary/connector-sdk/http';
import { OstiaryError, Secret } from '@ostiary/primitives';
import { z } from 'zod';
import type { AtlassianCrowdConfig } from './config.ts';

/** An account. */
export interface User {
  readonly key: string;
  readonly name: string;
  readonly email?: string | undefined;
  readonly active: boolean;
}

/** What is asked of Crowd. All of it rejects as `openApi` says. */
export interface Crowd {
  /** The account with this password, or `undefined` when Crowd does not let it in. */
  authenticate(username: string, password: Secret): Promise<User | undefined>;
  /** By the name, or by the key, which stays when the name changes. */
  find(by: { readonly username: string } | { readonly key: string }): Promise<User | undefined>;
  /** Whether the account is in a directory or a group that may use this application; the others say nothing of that. */
  mayUseApplication(username: string): Promise<boolean>;
  /** The groups of an account, and those that hold them. */
  groupsOf(username: string): Promise<readonly string[]>;
}

/** The whole of it is for the operator's rules, so what is not read here stays in. */
const user: z.ZodType<User> = z.looseObject({
  key: z.string().min(1),
  name: z.string().min(1),
  email: z.string().optional(),
  active: z.boolean(),
});

const refusal = z.object({ reason: z.string() });

/** Reasons that are about the person, who is told no more than that name or password are wrong. */
const wrong: ReadonlySet<string> = new Set([
  'INVALID_USER_AUTHENTICATION',
  'USER_NOT_FOUND',
  'INACTIVE_ACCOUNT',
  'EXPIRED_CREDENTIAL',
]);

/** Crowd's word for somebody who may not use this application. A proxy's 403, or Crowd's to this service, is no answer. */
const denied = z.object({ reason: z.literal('APPLICATION_ACCESS_DENIED') });
const session = z.object({ token: z.string() });

const groupPage = z.object({ groups: z.array(z.object({ name: z.string().min(1) })) });
const pageSize = 500;

/** Opens the API. The password of the application is read anew for each question. */
export function openCrowd(config: AtlassianCrowdConfig, context: ConnectorContext): Crowd {
  const api = apiOf(config, context);
  return {
    async authenticate(username, password) {
      const reply = await (await api()).ask({
        path: `/authentication?username=${encodeURIComponent(username)}`,
        method: 'POST',
        body: { value: password.reveal() },
        answer: user,
        refusal: { status: 400, answer: refusal },
      });
      if (reply.ok) return reply.value;
      if (wrong.has(reply.value.reason)) return undefined;
      throw new OstiaryError('upstream/protocol', 'The login failed. Tell your administrator.', {
        detail: { reason: reply.value.reason.slice(0, 100) },
      });
    },
    async find(by) {
      const reply = await (await api()).ask({
        path: `/user?${new URLSearchParams({ ...by })}`,
        method: 'GET',
        answer: user,
        // A proxy's 404 is no account that is gone: Crowd says so itself.
        refusal: { status: 404, answer: refusal.extend({ reason: z.literal('USER_NOT_FOUND') }) },
      });
      return reply.ok ? reply.value : undefined;
    },
    async mayUseApplication(username) {
      const reply = await (await api()).ask({
        path: '/session?validate-password=false',
        method: 'POST',
        body: { username },
        answer: session,
        refusal: { status: 403, answer: denied },
      });
      return reply.ok;
    },
    async groupsOf(username) {
      const path = `/user/group/nested?username=${encodeURIComponent(username)}&max-results=${pageSize}`;
      const next = ({ page, number }: PageOf<z.output<typeof groupPage>>): string | undefined =>
        page.groups.length < pageSize ? undefined : `${path}&start-index=${number * pageSize}`;
      const pages = await (await api()).pages(path, { schema: groupPage, next });
      return uniqueGroups(pages.flatMap(({ groups }) => groups.map(({ name }) => name)));
    },
  };
}

function apiOf(config: AtlassianCrowdConfig, context: ConnectorContext): () => Promise<Api> {
  const fetch = trustedFetch({ certificates: rootCAFields(config.rootCAs) }, context);
  const secret = clientSecretOf(config, context.readFile);
  return async () => {
    const password = (await secret?.())?.reveal() ?? '';
    const basic = Buffer.from(`${config.clientID}:${password}`).toString('base64');
    const authorization = new Secret(`Basic ${basic}`);
    const baseUrl = `${config.baseURL}/rest/usermanagement/1`;
    return openApi({ fetch, baseUrl, secretHeaders: { authorization }, asService: true });
  };
}
