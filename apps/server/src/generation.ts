/** What one configuration makes of the server: keys, connectors, the issuer and its HTTP side. The next one makes another. */
import type { RequestListener } from 'node:http';
import { retryingHttp } from '@ostiary/connector-sdk/http';
import { type Client, type ClientRegistry, createIssuer, firstUseIn, registeredClients } from '@ostiary/issuer';
import type { Logger } from '@ostiary/primitives';
import type { StorageDriver } from '@ostiary/storage-sdk';
import { createKeyRing, createSealer, type KeyRing } from '@ostiary/token-core';
import { openAccounts } from './administration/accounts.ts';
import type { Administration } from './administration/administration.ts';
import { openAdministration } from './administration/open.ts';
import type { Config } from './config/config.ts';
import { openConnectors, type SharedContext } from './connectors.ts';
import type { Effects } from './effects.ts';
import { createHost } from './http/host.ts';
import { startJobs } from './jobs.ts';
import { rotationPolicy } from './keys.ts';
import { openTogether, type Use } from './open-together.ts';
import type { ServerMetrics } from './ops/metrics.ts';
import { createRequestScope } from './ops/request-scope.ts';
import { longestLoginOf } from './revoke.ts';

/** What stays when the configuration changes. */
export interface Standing {
  readonly effects: Effects;
  readonly storage: StorageDriver;
  /** To providers and clients. */
  readonly http: SharedContext['http'];
  readonly metrics: ServerMetrics | undefined;
  readonly log: Logger;
  readonly isHealthy: () => Promise<boolean>;
}

/** A configuration at work. */
export interface Generation extends AsyncDisposable {
  readonly handler: RequestListener;
  readonly keys: KeyRing;
  readonly administration: Administration;
  readonly connectors: { readonly opened: number; readonly failed: number };
}

/**
 * Opens everything that a configuration asks for, or nothing.
 *
 * @throws {OstiaryError} when something of it cannot be opened.
 */
export function openGeneration(config: Config, standing: Standing): Promise<Generation> {
  return openTogether((use) => openParts(config, standing, use));
}

async function openParts(
  config: Config,
  standing: Standing,
  use: Use,
): Promise<Omit<Generation, keyof AsyncDisposable>> {
  const { storage, http, log, effects } = standing;
  const { now, random, timers, jitter, readFile } = effects;
  const deps = { now, random, log };
  const keys = use(await createKeyRing({ storage, policy: rotationPolicy(config), deps }));
  const sealer = await createSealer({ storage, deps });
  const requestScope = createRequestScope();
  const effective = { now, random, log: requestScope.bind(log) };
  const firstUseOf = (connectorId: string) => firstUseIn(storage, connectorId);
  const context = { http: retryingHttp(http, { now, random }), readFile, firstUseOf, ...effective };
  const onFailure = config.continueOnConnectorFailure ? 'skip' : 'stop';
  const accounts = openAccounts(storage);
  const connectors = use(openConnectors({ settings: config.connectors, context, accounts, onFailure }));
  const registered = registeredClients({ storage, now, longestLogin: longestLoginOf(config) });
  const { lifetimes, protocol, passwordAttempts, sessions } = config;
  const policies = { lifetimes, protocol, passwordAttempts, ...(sessions === undefined ? {} : { sessions }) };
  // Without the retries of connectors: a logout token is sent once.
  const parts = { storage, keys, sealer, clients: clientRegistry(config.clients, registered), connectors, ...policies };
  const issuer = createIssuer({ issuer: config.issuer, ...parts, backchannel: { fetch: http() }, ...deps });
  const handler = createHost({ ...hostOptions(config, standing), issuer, requestScope });
  use(startJobs({ storage, keys, sealer, log }, { timers, log, jitter }));
  return {
    handler,
    keys,
    administration: openAdministration({ config, issuer, registered, accounts, random, log: effective.log }),
    connectors: { opened: connectors.list().length, failed: connectors.failed },
  };
}

function hostOptions({ issuer: id, frontend, web }: Config, { effects, metrics, log, isHealthy }: Standing) {
  const { elapsed, newRequestId } = effects;
  return { id, frontend, ...web, metrics, log, elapsed, newRequestId, isHealthy };
}

/** Those of the file come first, and cost no question. */
function clientRegistry(clients: readonly Client[], registered: ClientRegistry): ClientRegistry {
  const byId = new Map(clients.map((client) => [client.id, client]));
  return { find: async (id) => byId.get(id) ?? registered.find(id) };
}
