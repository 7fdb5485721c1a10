/** Whether the server can do its work: bounded, remembered for a moment, asked once for many callers. */
import { type Clock, isOstiaryError, OstiaryError } from '@ostiary/primitives';
import type { Timers } from './timers.ts';
import { within } from './within.ts';

/** What a component must be able to do; rejects when it cannot. */
export interface Probe {
  readonly name: string;
  readonly run: () => Promise<void>;
}

/** How a component is, in the form Dex's telemetry has. `duration` is in nanoseconds. */
export interface ProbeResult {
  readonly message: string;
  readonly error?: { readonly message: string };
  readonly timestamp: string;
  readonly duration: number;
  readonly contiguousFailures: number;
  readonly timeOfFirstFailure: string | null;
}

export interface HealthReport {
  readonly ready: boolean;
  readonly components: Readonly<Record<string, ProbeResult>>;
}

export interface Health {
  /** Asks the components, or answers what they said less than a second ago. */
  report(): Promise<HealthReport>;
  /** @throws {OstiaryError} `storage/unavailable` when a component cannot do its work or the server is stopping. */
  assertReady(): Promise<void>;
  /** From now on not ready, so that no new requests are sent here. */
  stop(): void;
}

export interface HealthOptions {
  readonly probes: readonly Probe[];
  readonly now: Clock;
  readonly timers: Timers;
}

const LONGEST_PROBE_MS = 2000;
const REMEMBER_MS = 1000;

/** Watches the probes. Nothing runs until somebody asks. */
export function createHealth({ probes, now, timers }: HealthOptions): Health {
  let stopping = false;
  let last: { readonly at: number; readonly report: Promise<HealthReport> } | undefined;
  const before = new Map<string, ProbeResult>();
  const ask = async (): Promise<HealthReport> => {
    const results = await Promise.all(probes.map((probe) => runProbe(probe, before.get(probe.name), { now, timers })));
    probes.forEach((probe, index) => {
      const result = results[index];
      if (result !== undefined) before.set(probe.name, result);
    });
    return { ready: results.every(({ error }) => error === undefined), components: Object.fromEntries(before) };
  };
  const report = async (): Promise<HealthReport> => {
    const at = now().getTime();
    if (last === undefined || at - last.at >= REMEMBER_MS || at < last.at) last = { at, report: ask() };
    const latest = await last.report;
    return stopping ? { ...latest, ready: false } : latest;
  };
  return {
    report,
    async assertReady() {
      if (!(await report()).ready) throw new OstiaryError('storage/unavailable', 'The server is not ready.');
    },
    stop() {
      stopping = true;
    },
  };
}

async function runProbe(
  probe: Probe,
  before: ProbeResult | undefined,
  { now, timers }: Pick<HealthOptions, 'now' | 'timers'>,
): Promise<ProbeResult> {
  const started = now();
  const sentence = `${probe.name} did not answer within ${LONGEST_PROBE_MS / 1000} seconds.`;
  const problem = await within(probe.run(), { ms: LONGEST_PROBE_MS, timers, sentence }).then(
    () => undefined,
    // Only our sentences are fit for strangers.
    (error: unknown) => (isOstiaryError(error) ? error.message : `${probe.name} failed.`),
  );
  const took = { timestamp: started.toISOString(), duration: (now().getTime() - started.getTime()) * 1e6 };
  if (problem === undefined) return { message: 'ok', ...took, contiguousFailures: 0, timeOfFirstFailure: null };
  return {
    message: 'failed',
    error: { message: problem },
    ...took,
    contiguousFailures: (before?.contiguousFailures ?? 0) + 1,
    timeOfFirstFailure: before?.timeOfFirstFailure ?? took.timestamp,
  };
}
