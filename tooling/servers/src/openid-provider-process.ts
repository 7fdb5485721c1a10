/** The program that openid-provider.ts starts: node-oidc-provider in a process of its own, told what to do by messages. */
import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { exportJWK, generateKeyPair } from 'jose';
import { type Configuration, errors, type JWK, Provider } from 'oidc-provider';
import type {
  ProviderAccount,
  ProviderCommand,
  ProviderReply,
  ProviderRequest,
  ProviderSettings,
} from './openid-provider-messages.ts';
import { createProviderStorage } from './openid-provider-storage.ts';

const hour = 3600;

interface ProviderState {
  readonly settings: ProviderSettings;
  readonly accounts: Map<string, ProviderAccount>;
  readonly storage: ReturnType<typeof createProviderStorage>;
  readonly cookieKey: string;
  keys: readonly JWK[];
}

interface Running extends ProviderState {
  readonly server: Server;
  handle: RequestListener;
}

async function newKeys(): Promise<readonly JWK[]> {
  const make = async (alg: 'RS256' | 'ES256'): Promise<JWK> => {
    const { privateKey } = await generateKeyPair(alg, { extractable: true });
    // exportJWK of a private RSA or EC key is a JWK of that kind; jose's type is wider than oidc-provider's.
    return { ...(await exportJWK(privateKey)), kid: crypto.randomUUID(), alg, use: 'sig' } as JWK;
  };
  return Promise.all([make('RS256'), make('ES256')]);
}

function configuration({ settings, accounts, storage, cookieKey, keys }: ProviderState): Configuration {
  const { lifetimes } = settings;
  return {
    adapter: storage,
    clients: [...settings.clients],
    jwks: { keys: [...keys] },
    cookies: { keys: [cookieKey] },
    findAccount: (_, sub) => {
      const account = accounts.get(sub);
      return account === undefined ? undefined : { accountId: sub, claims: () => ({ ...account.claims, sub }) };
    },
    claims: {
      openid: ['sub'],
      email: ['email', 'email_verified'],
      profile: ['name', 'preferred_username', 'given_name', 'family_name', 'picture', 'locale', 'zoneinfo'],
      groups: ['groups'],
    },
    conformIdTokenClaims: settings.idTokenClaims === 'standard',
    clientAuthMethods: ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt', 'client_secret_jwt'],
    enabledJWA: { idTokenSigningAlgValues: ['RS256', 'ES256', 'HS256'] },
    ttl: {
      AccessToken: lifetimes.accessToken ?? hour,
      AuthorizationCode: 60,
      DeviceCode: 600,
      Grant: lifetimes.refreshToken ?? hour,
      IdToken: lifetimes.idToken ?? hour,
      Interaction: 600,
      RefreshToken: lifetimes.refreshToken ?? hour,
      Session: lifetimes.session ?? hour,
    },
    features: {
      devInteractions: { enabled: true },
      deviceFlow: { enabled: true },
      introspection: { enabled: true },
      revocation: { enabled: true },
    },
  };
}

/** The provider looks at a client when it is first asked for, so each is asked for here: a mistake shows at the start. */
async function openHandler(state: ProviderState): Promise<RequestListener> {
  const provider = new Provider(state.settings.issuer, configuration(state));
  for (const { client_id } of state.settings.clients) await provider.Client.find(client_id);
  return provider.callback();
}

async function open(settings: ProviderSettings): Promise<Running> {
  const state = {
    settings,
    accounts: new Map(settings.accounts.map((account) => [account.sub, account])),
    storage: createProviderStorage(),
    cookieKey: crypto.randomUUID(),
    keys: await newKeys(),
  };
  const listener: RequestListener = (request, reply) => running.handle(request, reply);
  const server = settings.tls === undefined ? createHttpServer(listener) : createHttpsServer(settings.tls, listener);
  const running: Running = { ...state, server, handle: await openHandler(state) };
  await listen(running);
  return running;
}

async function listen({ server, settings }: Running): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(settings.port, '127.0.0.1', resolve);
  await promise;
  server.off('error', reject);
}

async function refuse({ server }: Running): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
}

async function rotate(running: Running, old: 'published' | 'forgotten'): Promise<void> {
  const fresh = await newKeys();
  running.keys = old === 'published' ? [...fresh, ...running.keys] : fresh;
  running.handle = await openHandler(running);
}

let current: Running | undefined;

async function obey(command: ProviderCommand): Promise<void> {
  if (command.type === 'open') {
    current = await open(command.settings);
    return;
  }
  if (current === undefined) throw new Error('the provider is not open yet');
  switch (command.type) {
    case 'listen':
      return listen(current);
    case 'refuse':
      return refuse(current);
    case 'set-account':
      current.accounts.set(command.account.sub, command.account);
      return;
    case 'remove-account':
      current.accounts.delete(command.sub);
      return;
    case 'rotate-keys':
      return rotate(current, command.old);
    default:
      command satisfies never;
  }
}

function explain(error: unknown): string {
  if (error instanceof errors.OIDCProviderError) return `${error.message}: ${error.error_description}`;
  return error instanceof Error ? error.message : String(error);
}

process.on('message', (request: ProviderRequest) => {
  const answer = (reply: ProviderReply): void => void process.send?.(reply);
  obey(request.command).then(
    () => answer({ id: request.id }),
    (error: unknown) => answer({ id: request.id, error: explain(error) }),
  );
});
process.on('disconnect', () => process.exit(0));
process.on('SIGTERM', () => process.exit(0));
