import { setTimeout as after } from 'node:timers/promises';
import { testContext } from '../testing/context.ts';
import { fakeClock } from '../testing/fake-clock.ts';
import { httpOver } from '../testing/http-over.ts';
import { type RecordingLogger, recordingLogger } from '../testing/recording-logger.ts';
import { testNetwork } from './network.ts';
import type { Rule } from './rule.ts';
import { rules } from './rules.ts';
import { shortestMark } from './secret-forms.ts';
import type { ConformanceSubject } from './subject.ts';

/** A rule that a connector does not keep, and why that is right for it. */
export interface Waiver {
  /** {@link Rule.id}. */
  readonly rule: string;
  /** The reason, for the people who choose a connector. */
  readonly because: string;
}

/** What the kit leaves out, and how patient it is. */
export interface ConformanceOptions {
  readonly waived?: readonly Waiver[];
  /** How long one rule may take, in milliseconds. Default 20 000. */
  readonly ruleTimeout?: number;
}

/** What became of one rule. */
export type RuleResult =
  | { readonly rule: string; readonly outcome: 'passed' }
  | { readonly rule: string; readonly outcome: 'waived'; readonly because: string }
  | { readonly rule: string; readonly outcome: 'failed'; readonly error: Error };

const DEFAULT_TIMEOUT_MS = 20_000;

/**
 * Runs every rule that is about the connector's facets, one after the other, under no particular test runner.
 *
 * @returns one result per rule. A connector conforms when none has failed.
 * @throws {Error} for a waiver that names no rule that is about this connector, or gives no reason.
 */
export async function runConnectorConformance(
  subject: ConformanceSubject,
  options: ConformanceOptions = {},
): Promise<readonly RuleResult[]> {
  const results: RuleResult[] = [];
  for (const { rule, waivedBecause } of plan(subject, options)) {
    results.push(
      waivedBecause === undefined
        ? await runRule(rule, subject, options.ruleTimeout).then(
            (): RuleResult => ({ rule: rule.id, outcome: 'passed' }),
            (error: unknown): RuleResult => ({ rule: rule.id, outcome: 'failed', error: toError(error) }),
          )
        : { rule: rule.id, outcome: 'waived', because: waivedBecause },
    );
  }
  return results;
}

export interface PlannedRule {
  readonly rule: Rule;
  /** Present when the rule is not to be run. */
  readonly waivedBecause?: string;
}

/**
 * The rules about this connector, with the waivers beside them.
 *
 * @throws {Error} for a waiver that names no rule that is about this connector, or gives no reason.
 */
export function plan(subject: ConformanceSubject, { waived = [] }: ConformanceOptions): readonly PlannedRule[] {
  if (subject.secrets.some((secret) => secret.length < shortestMark)) {
    throw new Error(`a secret of the subject is shorter than ${shortestMark} signs and would be found by chance`);
  }
  const connector = subject.open(testContext());
  const applying = rules.filter((rule) => rule.appliesTo?.(connector) ?? true);
  for (const { rule, because } of waived) {
    if (!applying.some(({ id }) => id === rule)) throw new Error(`a waiver names "${rule}", and no such rule applies`);
    if (because.trim() === '') throw new Error(`the waiver of "${rule}" gives no reason`);
  }
  return applying.map((rule) => {
    const offline = rule.needs === 'network' ? subject.offline : undefined;
    const waivedBecause = waived.find((waiver) => waiver.rule === rule.id)?.because ?? offline;
    return waivedBecause === undefined ? { rule } : { rule, waivedBecause };
  });
}

/**
 * Runs one rule on a connector and a provider of its own.
 *
 * @param timeout in milliseconds.
 * @throws {Error} when the rule is broken, or does not end in time.
 */
export async function runRule(
  rule: Rule,
  subject: ConformanceSubject,
  timeout: number = DEFAULT_TIMEOUT_MS,
): Promise<void> {
  const stop = new AbortController();
  const late = after(timeout, undefined, { signal: stop.signal }).then(() => {
    throw new Error(`${rule.id} did not end within ${timeout} ms`);
  });
  try {
    await Promise.race([checkRule(rule, subject), late]);
  } finally {
    stop.abort();
    await late.catch(() => undefined);
  }
}

async function checkRule(rule: Rule, subject: ConformanceSubject): Promise<void> {
  const clock = fakeClock();
  const log: RecordingLogger = recordingLogger();
  const upstream = await subject.upstream(clock.now);
  const network = testNetwork(upstream.fetch);
  const http = httpOver(network.fetch);
  const readFile = async (path: string): Promise<string> => {
    const text = subject.files?.[path];
    if (text === undefined) throw new Error(`no such file: ${path}`);
    return text;
  };
  const connector = subject.open(testContext({ http, log, readFile, now: clock.now }));
  try {
    await rule.check({ connector, upstream, subject, network, clock, log });
  } finally {
    await connector.close?.();
  }
}

function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
