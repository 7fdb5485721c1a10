/**
 * node-oidc-provider doing the same work: a login whose upstream answers at once, JWT access tokens beside the ID
 * token, refresh tokens that rotate at every use, records in the memory of the process.
 */
import type { RequestListener } from 'node:http';
import { exportJWK, generateKeyPair } from 'jose';
import { type Adapter, type AdapterPayload, type Configuration, type JWK, Provider } from 'oidc-provider';
import { relyingParty } from '../flow.ts';
import { algorithmOf, type SigningAlgorithm } from '../signing.ts';
import { answerQuestions, listen } from './serve.ts';

const RESOURCE = 'https://api.example';
const HOUR = 3600;
const { clientId, clientSecret, redirectUri } = relyingParty;

/** By key, without the searches that a test provider has: nothing here grows with the number of records. */
function memory(): (model: string) => Adapter {
  const records = new Map<string, AdapterPayload>();
  const keyOfUid = new Map<string, string>();
  return (model) => ({
    async upsert(id, payload) {
      records.set(`${model}:${id}`, payload);
      if (payload.uid !== undefined) keyOfUid.set(`${model}:${payload.uid}`, `${model}:${id}`);
    },
    find: async (id) => records.get(`${model}:${id}`),
    findByUid: async (uid) => records.get(keyOfUid.get(`${model}:${uid}`) ?? ''),
    findByUserCode: async () => undefined,
    async consume(id) {
      const payload = records.get(`${model}:${id}`);
      if (payload !== undefined) payload.consumed = Math.floor(Date.now() / 1000);
    },
    async destroy(id) {
      records.delete(`${model}:${id}`);
    },
    async revokeByGrantId() {
      throw new Error('nothing is revoked in a bench');
    },
  });
}

async function configuration(alg: SigningAlgorithm): Promise<Configuration> {
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  return {
    adapter: memory(),
    // exportJWK of a private RSA or EC key is a JWK of that kind; jose's type is wider than oidc-provider's.
    jwks: { keys: [{ ...(await exportJWK(privateKey)), alg, use: 'sig', kid: 'bench' } as JWK] },
    clients: [
      {
        client_id: clientId,
        client_secret: clientSecret,
        redirect_uris: [redirectUri],
        grant_types: ['authorization_code', 'refresh_token'],
        id_token_signed_response_alg: alg,
      },
    ],
    cookies: { keys: ['of-the-bench'] },
    findAccount: (_ctx, id) => ({
      accountId: id,
      claims: () => ({ sub: id, email: `${id}@example.com`, groups: ['authors'] }),
    }),
    claims: { openid: ['sub'], email: ['email'], groups: ['groups'] },
    conformIdTokenClaims: false,
    enabledJWA: { idTokenSigningAlgValues: [alg] },
    rotateRefreshToken: true,
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    ttl: {
      AccessToken: HOUR,
      AuthorizationCode: 60,
      Grant: HOUR,
      IdToken: HOUR,
      Interaction: 600,
      RefreshToken: HOUR,
      Session: HOUR,
    },
    loadExistingGrant: async (ctx) => grantFor(ctx.oidc.provider, ctx.oidc.session?.accountId ?? ''),
    features: {
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => RESOURCE,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: 'read',
          audience: RESOURCE,
          accessTokenTTL: HOUR,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg } },
        }),
      },
    },
  };
}

async function grantFor(provider: Provider, accountId: string): Promise<InstanceType<Provider['Grant']>> {
  const grant = new provider.Grant({ accountId, clientId });
  grant.addOIDCScope('openid email groups offline_access');
  grant.addResourceScope(RESOURCE, 'read');
  await grant.save();
  return grant;
}

/** The login page's place: whoever comes is kilgore, at once. */
function withInstantLogin(provider: Provider): RequestListener {
  const callback = provider.callback();
  return (request, reply) => {
    if (request.url?.startsWith('/interaction/') !== true) return void callback(request, reply);
    const finished = provider.interactionFinished(request, reply, { login: { accountId: 'kilgore' } });
    finished.catch((error: unknown) => reply.writeHead(500).end(String(error)));
  };
}

let opened: Provider | undefined;

async function open(alg: SigningAlgorithm): Promise<string> {
  let handle: RequestListener = (_request, reply) => void reply.writeHead(503).end();
  const origin = await listen((request, reply) => handle(request, reply));
  opened = new Provider(origin, await configuration(alg));
  handle = withInstantLogin(opened);
  return origin;
}

/** Refresh tokens of logins that a login page would have made. */
async function refreshTokens(provider: Provider, count: number): Promise<readonly string[]> {
  const client = await provider.Client.find(clientId);
  if (client === undefined) throw new Error('the client is not registered');
  return Promise.all(
    Array.from({ length: count }, async () => {
      const { jti: grantId } = await grantFor(provider, 'kilgore');
      const scope = 'openid email groups offline_access';
      const token = new provider.RefreshToken({
        ...{ accountId: 'kilgore', client, grantId, scope, claims: {}, resource: RESOURCE },
        ...{ gty: 'authorization_code', authTime: Math.floor(Date.now() / 1000), expiresWithSession: false },
      });
      return token.save();
    }),
  );
}

answerQuestions(async ({ open: alg, refreshTokens: count }) => {
  if (alg !== undefined) return open(algorithmOf(alg));
  if (opened === undefined) throw new Error('the provider is not open yet');
  return refreshTokens(opened, Number(count));
});
