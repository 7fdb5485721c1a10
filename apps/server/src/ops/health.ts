/** Whether the server can do its work: bounded, remembered for a moment, asked once for many callers. */
import { type Clock, isOstiaryError, type Logger } from '@ostiary/primitives';
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
  /** Asks the components, or answers what they said less than a second ago. What has changed is in the log. */
  report(): Promise<HealthReport>;
  /** False when a component cannot do its work, or the server is stopping. */
  isReady(): Promise<boolean>;
  /** From now on not ready, so that no new requests are sent here. */
  stop(): void;
}

export interface HealthOptions {
  readonly probes: readonly Probe[];
  readonly now: Clock;
  readonly timers: Timers;
  readonly log: Logger;
}

const LONGEST_PROBE_MS = 2000;
const REMEMBER_MS = 1000;

/** Watches the probes. Nothing runs until somebody asks. */
export function createHealth(options: HealthOptions): Health {
  const { probes, now } = options;
  let stopping = false;
  let underWay = false;
  let last: { readonly at: number; readonly report: Promise<HealthReport> } | undefined;
  const before = new Map<string, ProbeResult>();
  const ask = async (): Promise<HealthReport> => {
    const results = await Promise.all(probes.map((probe) => runProbe(probe, before.get(probe.name), options)));
    probes.forEach((probe, index) => {
      const result = results[index];
      if (result !== undefined) before.set(probe.name, result);
    });
    return { ready: results.every(({ error }) => error === undefined), components: Object.fromEntries(before) };
  };
  const report = async (): Promise<HealthReport> => {
    const at = now().getTime();
    const isOld = last === undefined || at - last.at >= REMEMBER_MS || at < last.at;
    if (last === undefined || (isOld && !underWay)) {
      underWay = true;
      const asked = ask().finally(() => {
        underWay = false;
      });
      last = { at, report: asked };
    }
    const latest = await last.report;
    return stopping ? { ...latest, ready: false } : latest;
  };
  return {
    report,
    isReady: async () => (await report()).ready,
    stop() {
      stopping = true;
    },
  };
}

async function runProbe(
  probe: Probe,
  before: ProbeResult | undefined,
  { now, timers, log }: HealthOptions,
): Promise<ProbeResult> {
  const started = now();
  const sentence = `${probe.name} did not answer within ${LONGEST_PROBE_MS / 1000} seconds.`;
  const failure = await within(probe.run(), { ms: LONGEST_PROBE_MS, timers, sentence }).then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  logChange({ probe: probe.name, before, failure }, log);
  const took = { timestamp: started.toISOString(), duration: (now().getTime() - started.getTime()) * 1e6 };
  if (failure === undefined) return { message: 'ok', ...took, contiguousFailures: 0, timeOfFirstFailure: null };
  // Only our sentences are fit for strangers.
  const message = isOstiaryError(failure.error) ? failure.error.message : `${probe.name} failed.`;
  return {
    message: 'failed',
    error: { message },
    ...took,
    contiguousFailures: (before?.contiguousFailures ?? 0) + 1,
    timeOfFirstFailure: before?.timeOfFirstFailure ?? took.timestamp,
  };
}

interface Change {
  readonly probe: string;
  readonly before: ProbeResult | undefined;
  readonly failure: { readonly error: unknown } | undefined;
}

/** One line when a probe begins to fail and one when it is well again: who asks every second must not fill the log. */
function logChange({ probe, before, failure }: Change, log: Logger): void {
  const failedBefore = before?.error !== undefined;
  if (failure !== undefined && !failedBefore) log.error('health.failed', { probe, error: failure.error });
  if (failure === undefined && failedBefore) {
    log.info('health.recovered', { probe, failures: before.contiguousFailures, since: before.timeOfFirstFailure });
  }
}
