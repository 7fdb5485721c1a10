/** Logins at an OpenID provider that is played, for tests of what checks them. */
import { type Fetch, Secret } from '@ostiary/primitives';
import { beginLogin, finishLogin, type LoginResult, type OpenIdClient } from '../src/oidc/client.ts';
import { openProvider, type Provider, type ProviderOptions } from '../src/oidc/provider.ts';
import {
  type FakeClock,
  type FakeIdp,
  type FakeIdpOptions,
  fakeClock,
  fakeIdp,
  httpOver,
  type RecordingLogger,
  recordingLogger,
  seededRandom,
} from '../src/testing/index.ts';

export const redirectUri = 'https://issuer.example/callback/oidc';
export const state = 'state-1';

/** What a test has otherwise than the others. */
export interface SetUp {
  readonly idp?: Partial<FakeIdpOptions>;
  readonly provider?: Partial<ProviderOptions>;
  readonly client?: Partial<OpenIdClient>;
  /** The network in front of the provider. Default: with its usual limits and errors. */
  readonly network?: (idp: Fetch) => Fetch;
}

/** A provider, this service as its client, and a person who logs in. */
export interface OpenIdLogin {
  readonly clock: FakeClock;
  readonly idp: FakeIdp;
  readonly log: RecordingLogger;
  readonly provider: Provider;
  readonly client: OpenIdClient;
  readonly begin: () => ReturnType<typeof beginLogin>;
  /** @param change what the browser brings back otherwise. */
  readonly login: (change?: (params: URLSearchParams) => void) => Promise<LoginResult>;
}

export async function setUp(options: SetUp = {}): Promise<OpenIdLogin> {
  const { network = (fetch: Fetch) => httpOver(fetch)() } = options;
  const clock = fakeClock();
  const idp = await fakeIdp({ now: clock.now, ...options.idp });
  const log = recordingLogger();
  const transport = { fetch: network(idp.fetch), now: clock.now };
  const provider = openProvider({ issuer: idp.issuer, transport, log, ...options.provider });
  const client: OpenIdClient = {
    provider,
    clientId: idp.clientId,
    secret: async () => new Secret(idp.clientSecret),
    random: seededRandom(),
    ...options.client,
  };
  const begin = () => beginLogin(client, { redirectUri, scopes: ['profile', 'email'], state });
  return {
    clock,
    idp,
    log,
    provider,
    client,
    begin,
    async login(change = () => undefined) {
      const { url, keep } = await begin();
      const params = idp.visit(url);
      change(params);
      return finishLogin(client, { redirectUri, state, params, keep });
    },
  };
}

export const protocol = { code: 'upstream/protocol' } as const;
export const unavailable = { code: 'upstream/unavailable' } as const;
