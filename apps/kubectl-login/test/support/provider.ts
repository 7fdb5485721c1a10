/** A real OpenID provider that is not ours, with a record of what it was asked and with faults to order. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { freePort } from '@ostiary/tooling-servers';
import { exportJWK, generateKeyPair } from 'jose';
import Provider, { type Configuration } from 'oidc-provider';

/** What to do with a request instead of answering it. */
export type Fault = 'unavailable' | 'reset' | 'hang';

export interface TestProvider extends AsyncDisposable {
  readonly issuer: string;
  /** `POST /token` and so on, in order of arrival. */
  readonly requests: string[];
  /** Faults for requests to the token endpoint, used up one by one; the last one stays when `forever` is set. */
  readonly faults: { next: Fault[]; forever: Fault | undefined; delayMs: number };
  /** What the token endpoint answered, in order: an HTTP status each. */
  readonly tokenStatuses: number[];
  /** Seconds. */
  idTokenLife: number;
  /** Ends every session, as an administrator would. */
  revokeAll(): Promise<void>;
}

export interface ProviderOptions {
  readonly tls?: { readonly key: string; readonly cert: string };
}

const claims = { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'preferred_username'] };

/** Starts oidc-provider with the public client `kubectl` on a free port of 127.0.0.1. */
export async function startProvider({ tls }: ProviderOptions = {}): Promise<TestProvider> {
  const port = await freePort();
  const issuer = `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`;
  const state = { idTokenLife: 600 };
  const grants = new Set<string>();
  const provider = await createProvider(issuer, () => state.idTokenLife);
  // Dex, Ostiary and RFC 8252 section 7.3: any port and path of this machine for a native client without registered ones.
  Reflect.set(provider.Client.prototype, 'redirectUriAllowed', (uri: string) => uri.startsWith('http://127.'));
  provider.on('grant.success', (context) => grants.add(String(context.oidc.entities.Grant?.jti)));

  const record: Pick<TestProvider, 'requests' | 'faults' | 'tokenStatuses'> = {
    requests: [],
    faults: { next: [], forever: undefined, delayMs: 0 },
    tokenStatuses: [],
  };
  const answer = provider.callback();
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    const path = (request.url ?? '').split('?')[0] ?? '';
    record.requests.push(`${request.method} ${path}`);
    if (path !== '/token') return void answer(request, response);
    response.on('finish', () => record.tokenStatuses.push(response.statusCode));
    const fault = record.faults.next.shift() ?? record.faults.forever;
    if (fault === 'reset') request.socket.destroy();
    else if (fault === 'unavailable') response.writeHead(503).end();
    else if (fault === undefined) setTimeout(() => void answer(request, response), record.faults.delayMs);
  };
  const server = tls === undefined ? createServer(handle) : createTlsServer(tls, handle);
  await listen(server, port);
  return {
    ...record,
    issuer,
    get idTokenLife() {
      return state.idTokenLife;
    },
    set idTokenLife(seconds) {
      state.idTokenLife = seconds;
    },
    async revokeAll() {
      for (const id of grants) await (await provider.Grant.find(id))?.destroy();
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

async function createProvider(issuer: string, idTokenLife: () => number): Promise<Provider> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  const jwk = { ...(await exportJWK(privateKey)), kid: 'test', use: 'sig', alg: 'RS256' };
  const configuration: Configuration = {
    clients: [
      {
        client_id: 'kubectl',
        application_type: 'native',
        token_endpoint_auth_method: 'none',
        redirect_uris: ['http://127.0.0.1/callback'],
        grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
      },
    ],
    jwks: { keys: [jwk] },
    cookies: { keys: ['only for tests'] },
    claims,
    conformIdTokenClaims: false,
    features: { revocation: { enabled: true }, devInteractions: { enabled: true }, deviceFlow: { enabled: true } },
    pkce: { required: () => true },
    ttl: {
      IdToken: idTokenLife,
      AccessToken: 300,
      RefreshToken: 86_400,
      Grant: 86_400,
      Session: 86_400,
      Interaction: 600,
    },
    issueRefreshToken: async () => true,
    rotateRefreshToken: true,
    findAccount: (_context, id) => ({
      accountId: id,
      claims: () => ({ sub: id, email: `${id}@example.com`, email_verified: true, preferred_username: id }),
    }),
  };
  return new Provider(issuer, configuration);
}

async function listen(server: Server, port: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(port, '127.0.0.1', resolve);
  await promise;
}
