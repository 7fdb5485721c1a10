/** The way to Template Name and back, and who came. */
import { type ConnectorContext, type Identity, type RedirectLogin, requireAllowedGroups } from '@ostiary/connector-sdk';
import {
  answering,
  authorizationUrl,
  checkCallback,
  codeChallenge,
  type Parties,
  randomToken,
  redeemCode,
  type TokenSet,
  unbelievable,
} from '@ostiary/connector-sdk/oauth2';
import type { Json, RandomBytes, Secret } from '@ostiary/primitives';
import { z } from 'zod';
import type { TemplateNameConfig } from './config.ts';

/** The provider, this client of it, and the way to reach it. */
export interface TemplateNameProvider extends Parties {
  readonly authorizationEndpoint: string;
  readonly userEndpoint: string;
  readonly groups: readonly string[];
  readonly random: RandomBytes;
}

export function templateNameProvider(config: TemplateNameConfig, context: ConnectorContext): TemplateNameProvider {
  const { clientId, clientSecret, baseUrl, groups } = config;
  const at = (path: string): string => new URL(path, baseUrl).href;
  return {
    server: { issuer: new URL(baseUrl).origin, token_endpoint: at('/oauth/token') },
    client: { clientId, authentication: { method: 'client_secret_basic', secret: async () => clientSecret } },
    transport: { fetch: context.http(), now: context.now },
    authorizationEndpoint: at('/oauth/authorize'),
    userEndpoint: at('/api/user'),
    groups,
    random: context.random,
  };
}

export function templateNameLogin(provider: TemplateNameProvider): RedirectLogin {
  const { server, client, authorizationEndpoint, random } = provider;
  const { clientId } = client;
  return {
    async begin({ callbackUrl, state }) {
      const verifier = randomToken(random);
      const url = authorizationUrl({
        endpoint: authorizationEndpoint,
        clientId,
        redirectUri: callbackUrl,
        scopes: ['read:user'],
        state,
        more: codeChallenge(verifier, 'S256'),
      });
      return { kind: 'redirect', url, keep: { verifier } };
    },
    async finish({ params, state, keep, callbackUrl }) {
      const callback = checkCallback({ server, clientId, params, state });
      const verifier = verifierOf(keep);
      const tokens = await redeemCode({ ...provider, callback, redirectUri: callbackUrl, verifier });
      return fetchIdentity(provider, tokens);
    },
  };
}

const kept = z.object({ verifier: z.string() });

function verifierOf(keep: Json): string {
  return kept.parse(keep).verifier;
}

/** What Template Name says about a person. The id is the one that never changes; names and addresses do. */
const user = z.object({
  id: z.union([z.number().int(), z.string().min(1)]),
  login: z.string(),
  name: z.string().nullish(),
  email: z.string().nullish(),
  groups: z.array(z.string()).default([]),
});

/**
 * Asks whose token this is.
 *
 * @throws {OstiaryError} `upstream/unavailable`, `upstream/protocol`, or `login/not_allowed` when the allow-list says so.
 */
export async function fetchIdentity(provider: TemplateNameProvider, tokens: TokenSet): Promise<Identity> {
  const { id, login, name, email, groups } = await fetchUser(provider, tokens.accessToken);
  return {
    userId: String(id),
    username: name ?? login,
    preferredUsername: login,
    ...(email ? { email: { address: email, verified: false } } : {}),
    groups: requireAllowedGroups([...new Set(groups)], provider.groups),
    ...(tokens.refreshToken ? { connectorData: tokens.refreshToken } : {}),
  };
}

async function fetchUser(provider: TemplateNameProvider, accessToken: Secret): Promise<z.infer<typeof user>> {
  const headers = { accept: 'application/json', authorization: `Bearer ${accessToken.reveal()}` };
  const response = await answering(provider.transport.fetch)(provider.userEndpoint, { headers });
  if (!response.ok) throw unbelievable({ endpoint: 'user', status: response.status });
  const parsed = user.safeParse(await response.json().catch(() => undefined));
  if (!parsed.success) throw unbelievable({ endpoint: 'user', reason: 'the answer has another form' });
  return parsed.data;
}
