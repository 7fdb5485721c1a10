import { createHash } from 'node:crypto';
import type {
  Connector,
  ConnectorFacets,
  Identity,
  Refresh,
  TokenExchange,
  UpstreamLogout,
} from '@ostiary/connector-sdk';
import {
  type FakeClock,
  fakeClock,
  type RecordingLogger,
  recordingLogger,
  seededRandom,
} from '@ostiary/connector-sdk/testing';
import { type Fetch, type IssuerId, isJsonObject, type JsonObject, parseIssuerId, Secret } from '@ostiary/primitives';
import { memoryStorage } from '@ostiary/storage-memory';
import type { StorageDriver } from '@ostiary/storage-sdk';
import { createKeyRing, createSealer, type KeyRing, type RotationPolicy } from '@ostiary/token-core';
import {
  type Client,
  type ClientRegistry,
  type ConnectorEntry,
  type ConnectorRegistry,
  createIssuer,
  type Issuer,
  type IssuerOptions,
  type Lifetimes,
  type PasswordAttempts,
  type ProtocolOptions,
  type Reply,
  type SessionOptions,
} from '../src/index.ts';
import { Browser } from './browser.ts';

export const issuerId: IssuerId = parseIssuerId('https://login.example.com/dex');
export const redirectUri: string = 'https://app.example.com/callback?tenant=a';

export const jane: Identity = {
  userId: 'u-1',
  username: 'Jane Doe',
  preferredUsername: 'jane',
  email: { address: 'jane@example.com', verified: true },
  groups: ['dev', 'ops'],
  connectorData: new Secret('upstream-refresh-token'),
};

export const app: Client = {
  id: 'app',
  name: 'The App',
  public: false,
  secrets: [new Secret('app-secret')],
  redirectUris: [redirectUri],
  trustedPeers: [],
};

export const cli: Client = { id: 'cli', name: 'CLI', public: true, secrets: [], redirectUris: [], trustedPeers: [] };

/** An upstream provider whose answers a test decides. */
export interface Upstream {
  identity: Identity;
  refreshed: () => Promise<Identity | 'rejected'>;
  readonly asked: { begin: number; finish: number; refresh: number };
}

export interface HarnessOptions {
  readonly clients?: readonly Client[];
  /** Where clients are, instead of in a list. */
  readonly registry?: (parts: Pick<IssuerOptions, 'now' | 'storage'>) => ClientRegistry;
  readonly entries?: readonly Partial<ConnectorEntry>[];
  readonly refresh?: (upstream: Upstream) => Refresh | undefined;
  /** Of both connectors. Absent: they have none. */
  readonly exchange?: TokenExchange;
  /** Of both connectors. Absent: they have none. */
  readonly logout?: UpstreamLogout;
  /** Reaches clients in the back-channel. Absent: nobody is told of a logout. */
  readonly fetch?: Fetch;
  readonly protocol?: Partial<ProtocolOptions>;
  readonly lifetimes?: Partial<Lifetimes>;
  readonly passwordAttempts?: PasswordAttempts;
  readonly sessions?: Partial<SessionOptions>;
  readonly storage?: (driver: StorageDriver) => StorageDriver;
  readonly connectors?: (registry: ConnectorRegistry) => ConnectorRegistry;
}

export interface Replica {
  readonly algorithms?: RotationPolicy['algorithms'];
  readonly sessions?: Partial<SessionOptions>;
  readonly lifetimes?: Partial<Lifetimes>;
  readonly protocol?: Partial<ProtocolOptions>;
}

export interface Harness {
  readonly issuer: Issuer;
  readonly clock: FakeClock;
  readonly log: RecordingLogger;
  readonly keys: KeyRing;
  readonly storage: StorageDriver;
  readonly upstream: Upstream;
  /** Of this issuer, or of a replica. */
  browser(at?: Issuer): Browser;
  /** The connector of that id. */
  connector(id: string): Connector;
  /** Another process on the same storage, perhaps with other algorithms or lifetimes. */
  replica(other?: Replica): Promise<Issuer>;
}

const protocol: ProtocolOptions = {
  skipApproval: true,
  alwaysShowLogin: false,
  requirePkce: false,
  pkceMethods: ['S256'],
};

const lifetimes: Lifetimes = {
  idToken: 3600,
  login: 600,
  code: 60,
  refreshToken: { rotate: true, reuseInterval: 30, idle: 86_400, absolute: 864_000 },
};

const sessions: SessionOptions = {
  cookieName: 'session',
  absolute: 86_400,
  idle: 3600,
  sharedByDefault: false,
  remembered: true,
};

/** An issuer on memory storage, with one connector `idp` (redirect) and one `ldap` (password). */
export async function startIssuer(options: HarnessOptions = {}): Promise<Harness> {
  const clock = fakeClock();
  const log = recordingLogger();
  const memory = await memoryStorage.open({}, { now: clock.now, random: seededRandom('memory'), log });
  const storage = options.storage?.(memory) ?? memory;
  const upstream = fakeUpstream();
  const inside = connectors(upstream, options);
  const registered = options.connectors?.(inside) ?? inside;
  const create = async (
    seed: string,
    // Not RS256: to make such a key takes longer than most of these tests.
    { algorithms = ['ES256', 'EdDSA'], lifetimes: changed, sessions: limits, protocol: rules }: Replica = {},
  ): Promise<{ issuer: Issuer; keys: KeyRing }> => {
    const deps = { now: clock.now, random: seededRandom(seed), log };
    const keys = await createKeyRing({
      storage,
      policy: { algorithms, rotationPeriod: 21_600, tokenLifetime: 3600, verifierCache: 300 },
      deps,
    });
    const issuer = createIssuer({
      issuer: issuerId,
      storage,
      keys,
      sealer: await createSealer({ storage, deps }),
      clients: options.registry?.({ storage, now: clock.now }) ?? registry(options.clients ?? [app, cli]),
      connectors: registered,
      lifetimes: { ...lifetimes, ...options.lifetimes, ...changed },
      protocol: { ...protocol, ...options.protocol, ...rules },
      ...(options.sessions === undefined ? {} : { sessions: { ...sessions, ...options.sessions, ...limits } }),
      ...(options.fetch === undefined ? {} : { backchannel: { fetch: options.fetch } }),
      ...(options.passwordAttempts === undefined ? {} : { passwordAttempts: options.passwordAttempts }),
      ...deps,
    });
    return { issuer, keys };
  };
  const { issuer, keys } = await create('first');
  return {
    ...{ issuer, clock, log, keys, storage, upstream },
    browser: (at = issuer) => new Browser(at, log),
    connector(id) {
      const entry = registered.get(id);
      if (entry === undefined) throw new Error(`no connector ${id}`);
      return entry.connector;
    },
    replica: async (other) => (await create('second', other)).issuer,
  };
}

function fakeUpstream(): Upstream {
  const upstream: Upstream = {
    identity: jane,
    refreshed: async () => upstream.identity,
    asked: { begin: 0, finish: 0, refresh: 0 },
  };
  return upstream;
}

function registry(clients: readonly Client[]): IssuerOptions['clients'] {
  return { find: async (id) => clients.find((client) => client.id === id) };
}

function connectors(upstream: Upstream, options: HarnessOptions): ConnectorRegistry {
  const refresh = (options.refresh ?? defaultRefresh)(upstream);
  const { exchange, logout } = options;
  const facets = { ...(refresh && { refresh }), ...(exchange && { exchange }), ...(logout && { logout }) };
  const base: readonly ConnectorEntry[] = [
    { id: 'idp', type: 'oidc', name: 'Company IdP', connector: redirectConnector(upstream, facets) },
    { id: 'ldap', type: 'ldap', name: 'Directory', connector: passwordConnector(upstream, facets) },
  ];
  const entries = base.map((entry, index) => ({ ...entry, ...options.entries?.[index] }));
  return { get: (id) => entries.find((entry) => entry.id === id), list: () => entries };
}

function defaultRefresh(upstream: Upstream): Refresh {
  return {
    kind: 'upstream',
    exclusive: false,
    refresh: () => {
      upstream.asked.refresh += 1;
      return upstream.refreshed();
    },
  };
}

function redirectConnector(upstream: Upstream, facets: ConnectorFacets): Connector {
  return {
    via: 'redirect',
    ...facets,
    login: {
      async begin({ state, callbackUrl }) {
        upstream.asked.begin += 1;
        const query = new URLSearchParams({ state, redirect_uri: callbackUrl });
        return { kind: 'redirect', url: `https://idp.example.com/authorize?${query}`, keep: { nonce: 'n' } };
      },
      async finish() {
        upstream.asked.finish += 1;
        return upstream.identity;
      },
    },
  };
}

function passwordConnector(upstream: Upstream, facets: ConnectorFacets): Connector {
  return {
    via: 'password',
    ...facets,
    login: {
      prompt: 'Username',
      async check({ username, password }) {
        upstream.asked.finish += 1;
        return username === 'jane' && password.reveal() === 'pass' ? upstream.identity : 'rejected';
      },
    },
  };
}

/** A PKCE pair. */
export const verifier: string = 'v'.repeat(43);
export const challenge: string = createHash('sha256').update(verifier).digest('base64url');

/** Parameters of an authorization request of {@link app}. */
export function request(overrides: Readonly<Record<string, string | undefined>> = {}): Record<string, string> {
  const all = {
    client_id: 'app',
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'openid profile email groups offline_access',
    state: 'client-state',
    nonce: 'client-nonce',
    connector_id: 'idp',
    ...overrides,
  };
  return Object.fromEntries(Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** Parameters of a request of {@link cli}, a public client with PKCE. */
export function publicRequest(overrides: Readonly<Record<string, string | undefined>> = {}): Record<string, string> {
  return request({
    client_id: 'cli',
    redirect_uri: 'http://127.0.0.1:18000/',
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ...overrides,
  });
}

/** The body of a JSON reply. */
export function bodyOf(reply: Reply): JsonObject {
  if (reply.kind !== 'document') throw new Error(`not JSON but ${JSON.stringify(reply)}`);
  const body: unknown = JSON.parse(reply.body);
  if (!isJsonObject(body)) throw new Error('not an object');
  return body;
}

/** A text member of a JSON reply. */
export function textOf(reply: Reply, name: string): string {
  const value = bodyOf(reply)[name];
  if (typeof value !== 'string') throw new Error(`${name} is missing in ${JSON.stringify(reply)}`);
  return value;
}

/** The claims of a JWT, unchecked. */
export function claimsOf(token: string): JsonObject {
  const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
  if (!isJsonObject(claims)) throw new Error('no claims');
  return claims;
}
