/** The wiring of the server, from top to bottom. What is opened last is closed first. */
import type { RequestListener } from 'node:http';
import { openHttp } from '@ostiary/connector-sdk/http';
import type { Logger } from '@ostiary/primitives';
import { administrationListeners } from './administration/listening.ts';
import type { Config } from './config/config.ts';
import type { LoadedConfig } from './config/load.ts';
import type { Effects } from './effects.ts';
import { type Generation, openGeneration } from './generation.ts';
import type { Farewell } from './listen/drain.ts';
import { type ListenerOptions, openListeners } from './listen/listeners.ts';
import { countEvents } from './ops/count-events.ts';
import { createHealth, type Health } from './ops/health.ts';
import { createLogger } from './ops/logger.ts';
import { measuredStorage } from './ops/measured-storage.ts';
import { createMetrics, type ServerMetrics } from './ops/metrics.ts';
import { poolGivesWay } from './ops/pool-priority.ts';
import { storageProbe } from './ops/storage-probe.ts';
import { createTelemetry } from './ops/telemetry.ts';
import { createReload } from './reload.ts';
import { startTurnover } from './turnover.ts';
import { version } from './version.ts';
import { watchConfig } from './watch-config.ts';

/** Milliseconds for requests under way when the server is told to stop; Kubernetes kills after 30 s. */
const DRAIN_MS = 25_000;

/** Where the configuration is from. */
export interface ConfigOrigin {
  readonly load: () => Promise<LoadedConfig>;
  /** Present: the path of a file whose changes are taken up by themselves. */
  readonly watched?: string;
}

/**
 * Runs the server until it is told to stop, and closes everything in order.
 *
 * @throws {OstiaryError} when something cannot be opened: an address, a certificate, the storage, every connector; and
 *   what loading throws.
 */
export async function serve(origin: ConfigOrigin, effects: Effects): Promise<void> {
  const loaded = await origin.load();
  const { config, warnings } = loaded;
  const stopped = effects.signals.untilStop();
  // Without a telemetry listener nobody can read what was counted.
  const metrics = config.telemetry === undefined ? undefined : createMetrics({ version, withProcess: 'process' });
  const log = openLog(config, effects, metrics);
  effects.nodeWarnings.writeTo(log);
  for (const { path, line, message } of warnings) log.warn('config.warning', { path, line, message });
  if (!config.storage.durable) log.warn('storage.forgets', { type: config.storage.type });
  let started = false;
  const served = withServer({ loaded, origin }, { effects, metrics, log }, async ({ close }) => {
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
  { loaded, origin }: { readonly loaded: LoadedConfig; readonly origin: ConfigOrigin },
  { effects, metrics, log }: ServerDeps,
  use: (server: OpenServer) => Promise<void>,
): Promise<void> {
  const { config } = loaded;
  const { now, random, timers, threads, readFile, elapsed, env } = effects;
  await using driver = await config.storage.open({ now, random, log, env });
  const storage = metrics === undefined ? driver : measuredStorage(driver, { metrics, elapsed });
  await using http = openHttp(effects.proxies);
  const probes = [
    { name: 'storage', run: storageProbe({ storage, now, random }) },
    { name: 'keys', run: async () => void turnover.current().keys.signer() },
  ];
  const health = createHealth({ probes, now, timers, log });
  const standing = { effects, storage, http, metrics, log, isHealthy: health.isReady };
  const open = async (next: Config): Promise<Generation> => {
    const generation = await openGeneration(next, standing);
    metrics?.setConnectors(generation.connectors.opened, generation.connectors.failed);
    return generation;
  };
  await using turnover = startTurnover(await open(config), { timers, log });
  // Reading files, keys and hashes has started the pool by now.
  await poolGivesWay(threads, log);
  const opening = { timers, now, log, readFile };
  await using _telemetry = await openListeners(telemetryListeners(config, { metrics, health }), opening);
  const administrators = await administrationListeners(config.administration, {
    ...{ administration: () => turnover.current().administration, version, drainMs: DRAIN_MS },
    ...{ log, now, newRequestId: effects.newRequestId },
  });
  const serving = [...webListeners(config, turnover.handler), ...administrators];
  await using listeners = await openListeners(serving, opening);
  const apply = async (next: Config): Promise<void> => turnover.follow(await open(next));
  const reload = createReload({ used: loaded, load: origin.load, apply, log });
  using _watching = watchConfig(origin, { textHash: loaded.textHash, reload, readFile, timers, log });
  effects.signals.onHangUp(() => void Promise.all([listeners.reload(), reload()]));
  const { issuer, storage: kept } = config;
  log.info('server.started', { version, issuer, listening: listeners.addresses, storage: kept.type });
  await use({
    async close(farewell) {
      health.stop();
      await listeners.close(farewell);
    },
  });
}

function telemetryListeners(
  { telemetry: address }: Config,
  { metrics, health }: { readonly metrics: ServerMetrics | undefined; readonly health: Health },
): readonly ListenerOptions[] {
  if (address === undefined || metrics === undefined) return [];
  return [{ name: 'telemetry.http', address, drainMs: 1000, handler: createTelemetry({ metrics, health }) }];
}

function webListeners({ web }: Config, handler: RequestListener): readonly ListenerOptions[] {
  const common = { handler, drainMs: DRAIN_MS };
  return [
    ...(web.http === undefined ? [] : [{ ...common, name: 'web.http', address: web.http }]),
    ...(web.https === undefined ? [] : [{ ...common, name: 'web.https', ...web.https }]),
  ];
}
