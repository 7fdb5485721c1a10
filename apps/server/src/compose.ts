/** The wiring of the server, from top to bottom. What is opened last is closed first. */
import { openHttp, retryingHttp } from '@ostiary/connector-sdk/http';
import { type Client, createIssuer, firstUseIn } from '@ostiary/issuer';
import type { Logger } from '@ostiary/primitives';
import { createKeyRing, createSealer } from '@ostiary/token-core';
import type { Config } from './config/config.ts';
import type { LoadedConfig } from './config/load.ts';
import { openConnectors } from './connectors.ts';
import type { Effects } from './effects.ts';
import { createHost } from './http/host.ts';
import { startJobs } from './jobs.ts';
import { rotationPolicy } from './keys.ts';
import type { Farewell } from './listen/drain.ts';
import { type ListenerOptions, openListeners } from './listen/listeners.ts';
import { countEvents } from './ops/count-events.ts';
import { createHealth, type Health } from './ops/health.ts';
import { createLogger } from './ops/logger.ts';
import { measuredStorage } from './ops/measured-storage.ts';
import { createMetrics, type ServerMetrics } from './ops/metrics.ts';
import { poolGivesWay } from './ops/pool-priority.ts';
import { createRequestScope } from './ops/request-scope.ts';
import { storageProbe } from './ops/storage-probe.ts';
import { createTelemetry } from './ops/telemetry.ts';
import { version } from './version.ts';

/** Milliseconds for requests under way when the server is told to stop; Kubernetes kills after 30 s. */
const DRAIN_MS = 25_000;

/**
 * Runs the server until it is told to stop, and closes everything in order.
 *
 * @throws {OstiaryError} when something cannot be opened: an address, a certificate, the storage, every connector.
 */
export async function serve({ config, warnings }: LoadedConfig, effects: Effects): Promise<void> {
  const stopped = effects.signals.untilStop();
  // Without a telemetry listener nobody can read what was counted.
  const metrics = config.telemetry === undefined ? undefined : createMetrics({ version, withProcess: 'process' });
  const log = openLog(config, effects, metrics);
  effects.nodeWarnings.writeTo(log);
  for (const { path, line, message } of warnings) log.warn('config.warning', { path, line, message });
  if (!config.storage.durable) log.warn('storage.forgets', { type: config.storage.type });
  let started = false;
  const served = withServer(config, { effects, metrics, log }, async ({ close }) => {
    started = true;
    const signal = await stopped;
    log.info('server.stopping', { signal });
    // SIGTERM comes from whatever runs servers, and clients and load balancers behind it hear of the end a moment later.
    // SIGINT is Ctrl-C: a person waits, and knows whether somebody else is there.
    await close(signal === 'SIGTERM' ? 'everybody' : 'connected');
  });
  const signal = await Promise.race([served, stopped]);
  if (started || signal === undefined) return await served;
  log.info('server.stopping', { signal, during: 'start' });
  // What is half open may wait for a storage that is silent. Nothing was answered yet, so nothing has to be closed.
  effects.exit(0);
}

function openLog({ logging }: Config, { printError, now }: Effects, metrics: ServerMetrics | undefined): Logger {
  const log = createLogger(logging, { write: printError, now });
  return metrics === undefined ? log : countEvents(log, metrics);
}

interface ServerDeps {
  readonly effects: Effects;
  readonly metrics: ServerMetrics | undefined;
  readonly log: Logger;
}

interface OpenServer {
  /** Says that it is not ready, and ends the listeners. */
  close(farewell: Farewell): Promise<void>;
}

/** Opens a server for as long as `use` takes. */
async function withServer(
  config: Config,
  { effects, metrics, log }: ServerDeps,
  use: (server: OpenServer) => Promise<void>,
): Promise<void> {
  const { now, random, timers, threads, readFile, elapsed, newRequestId, jitter } = effects;
  const deps = { now, random, log };
  await using driver = await config.storage.open(deps);
  const storage = metrics === undefined ? driver : measuredStorage(driver, { metrics, elapsed });
  await using keys = await createKeyRing({ storage, policy: rotationPolicy(config), deps });
  const sealer = await createSealer({ storage, deps });
  await using http = openHttp(effects.proxies);
  const onFailure = config.continueOnConnectorFailure ? 'skip' : 'stop';
  const firstUseOf = (connectorId: string) => firstUseIn(storage, connectorId);
  const requestScope = createRequestScope();
  const effective = { now, random, log: requestScope.bind(log) };
  const context = { http: retryingHttp(http, { now, random }), readFile, firstUseOf, ...effective };
  await using connectors = openConnectors({ settings: config.connectors, context, onFailure });
  metrics?.setConnectors(connectors.list().length, connectors.failed);
  await using _jobs = startJobs({ storage, keys, sealer, log }, { timers, log, jitter });

  const { issuer: id, lifetimes, protocol, passwordAttempts, sessions, web, frontend } = config;
  const clients = clientRegistry(config.clients);
  const policies = { lifetimes, protocol, passwordAttempts, ...(sessions === undefined ? {} : { sessions }) };
  // Without the retries of connectors: a logout token is sent once.
  const parts = { storage, keys, sealer, clients, connectors, backchannel: { fetch: http() } };
  const issuer = createIssuer({ issuer: id, ...parts, ...policies, ...deps });
  const probes = [
    { name: 'storage', run: storageProbe({ storage, now, random }) },
    { name: 'keys', run: async () => void keys.signer() },
  ];
  const health = createHealth({ probes, now, timers, log });
  const { isReady: isHealthy } = health;
  const host = createHost({
    id,
    issuer,
    frontend,
    ...web,
    metrics,
    log,
    requestScope,
    elapsed,
    newRequestId,
    isHealthy,
  });
  // Reading files, keys and hashes has started the pool by now.
  await poolGivesWay(threads, log);
  const opening = { timers, now, log, readFile };
  await using _telemetry = await openListeners(telemetryListeners(config, { metrics, health }), opening);
  await using listeners = await openListeners(webListeners(config, host), opening);
  effects.signals.onHangUp(() => void listeners.reload());
  log.info('server.started', { version, issuer: id, listening: listeners.addresses, storage: config.storage.type });
  await use({
    async close(farewell) {
      health.stop();
      await listeners.close(farewell);
    },
  });
}

function clientRegistry(clients: readonly Client[]): { find(id: string): Promise<Client | undefined> } {
  const byId = new Map(clients.map((client) => [client.id, client]));
  return { find: async (id) => byId.get(id) };
}

function telemetryListeners(
  { telemetry: address }: Config,
  { metrics, health }: { readonly metrics: ServerMetrics | undefined; readonly health: Health },
): readonly ListenerOptions[] {
  if (address === undefined || metrics === undefined) return [];
  return [{ name: 'telemetry.http', address, drainMs: 1000, handler: createTelemetry({ metrics, health }) }];
}

function webListeners({ web }: Config, handler: ListenerOptions['handler']): readonly ListenerOptions[] {
  const common = { handler, drainMs: DRAIN_MS };
  return [
    ...(web.http === undefined ? [] : [{ ...common, name: 'web.http', address: web.http }]),
    ...(web.https === undefined ? [] : [{ ...common, name: 'web.https', ...web.https }]),
  ];
}
