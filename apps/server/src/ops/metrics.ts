/** What the server counts, for Prometheus. Names and labels of requests are Dex's. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** One request that was answered, for the counters. */
export interface AnsweredRequest {
  /** Route template without the issuer's path: `/auth/{connector}`. */
  readonly route: string;
  readonly method: string;
  readonly status: number;
  readonly seconds: number;
  readonly bytes: number;
}

/** What the server counts. */
export interface Metrics {
  observe(request: AnsweredRequest): void;
}

/** One call of a storage verb. */
export interface StorageCall {
  readonly verb: string;
  readonly seconds: number;
  readonly failed: boolean;
}

export interface ServerMetrics extends Metrics {
  /** An event of the log: logins, refreshes, tokens, refusals. Event names are constants, so there are few. */
  countEvent(event: string, level: 'info' | 'warn' | 'error'): void;
  observeStorage(call: StorageCall): void;
  /** How many configured connectors are open. */
  setConnectors(open: number, failed: number): void;
  readonly contentType: string;
  /** All values in Prometheus' text format. */
  render(): Promise<string>;
}

export interface MetricsOptions {
  readonly version: string;
  /** Process and Node.js figures besides. Tests leave them out. */
  readonly withProcess: 'process' | 'server-only';
}

/** Makes the counters, in a registry of their own: two servers in one process do not share them. */
export function createMetrics({ version, withProcess }: MetricsOptions): ServerMetrics {
  const registry = new Registry();
  const registers = [registry];
  if (withProcess === 'process') collectDefaultMetrics({ register: registry });
  new Gauge({
    name: 'ostiary_build_info',
    help: 'Always 1; the labels say what is running.',
    labelNames: ['version', 'node_version', 'platform'],
    registers,
  }).set({ version, node_version: process.version, platform: `${process.platform}/${process.arch}` }, 1);
  const connectors = new Gauge({
    name: 'ostiary_connectors',
    help: 'Configured connectors by state: open, failed.',
    labelNames: ['state'],
    registers,
  });
  return {
    ...httpMetrics(registers),
    ...eventMetrics(registers),
    setConnectors(open, failed) {
      connectors.set({ state: 'open' }, open);
      connectors.set({ state: 'failed' }, failed);
    },
    contentType: registry.contentType,
    render: () => registry.metrics(),
  };
}

function httpMetrics(registers: Registry[]): Metrics {
  const labelNames = ['code', 'method', 'handler'] as const;
  const durations = new Histogram({
    name: 'request_duration_seconds',
    help: 'Seconds until a request was answered.',
    labelNames,
    // Dex's buckets, with finer ones below: a discovery document takes no quarter of a second.
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  // Counted once: a request whose duration was taken was answered. The sum is made when somebody asks for it.
  new Counter({
    name: 'http_requests_total',
    help: 'Requests answered.',
    labelNames,
    registers,
    async collect() {
      const { values } = await durations.get();
      this.reset();
      for (const { metricName, labels, value } of values) {
        if (metricName === 'request_duration_seconds_count') this.inc(labels, value);
      }
    },
  });
  const sizes = new Histogram({
    name: 'response_size_bytes',
    help: 'Bytes of response bodies.',
    labelNames,
    buckets: [200, 500, 900, 1500, 5000, 20_000],
    registers,
  });
  return {
    observe({ route, method, status, seconds, bytes }) {
      const labels = { code: String(status), method: method.toLowerCase(), handler: route };
      durations.observe(labels, seconds);
      sizes.observe(labels, bytes);
    },
  };
}

function eventMetrics(registers: Registry[]): Pick<ServerMetrics, 'countEvent' | 'observeStorage'> {
  // Counted here at every line of the log, and told to the counter when somebody asks: it makes a text of its labels
  // each time it counts.
  const counts = { info: new Map<string, number>(), warn: new Map<string, number>(), error: new Map<string, number>() };
  new Counter({
    name: 'ostiary_events_total',
    help: 'Events of the log by name: logins, refreshes, tokens issued, refusals.',
    labelNames: ['event', 'level'],
    registers,
    collect() {
      this.reset();
      for (const [level, events] of Object.entries(counts)) {
        for (const [event, count] of events) this.inc({ event, level }, count);
      }
    },
  });
  const calls = new Histogram({
    name: 'ostiary_storage_duration_seconds',
    help: 'Seconds a storage call took.',
    labelNames: ['verb', 'outcome'],
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
    registers,
  });
  return {
    countEvent: (event, level) => void counts[level].set(event, (counts[level].get(event) ?? 0) + 1),
    observeStorage: ({ verb, seconds, failed }) => calls.observe({ verb, outcome: failed ? 'error' : 'ok' }, seconds),
  };
}
