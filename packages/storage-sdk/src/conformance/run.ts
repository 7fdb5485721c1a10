import { randomUUID } from 'node:crypto';
import { setTimeout as after } from 'node:timers/promises';
import type { StorageDriver } from '../driver.ts';
import type { OpenDriver, Rule, RuleContext, TestClock } from './rule.ts';
import { rules } from './rules.ts';

/** A rule that a storage does not keep, and why that is right for it. */
export interface Waiver {
  /** {@link Rule.id}. */
  readonly rule: string;
  /** The reason, for the people who choose a storage. */
  readonly because: string;
}

/** What the kit leaves out, and how patient it is. */
export interface ConformanceOptions {
  readonly waived?: readonly Waiver[];
  /** Set it, with the reason, when a second driver cannot see the records of the first. Waives all rules that need it. */
  readonly noReplicas?: string;
  /** How long one rule may take, in milliseconds. Default 60 000. */
  readonly ruleTimeout?: number;
}

/** What became of one rule. */
export type RuleResult =
  | { readonly rule: string; readonly outcome: 'passed' }
  | { readonly rule: string; readonly outcome: 'waived'; readonly because: string }
  | { readonly rule: string; readonly outcome: 'failed'; readonly error: Error };

const DEFAULT_TIMEOUT_MS = 60_000;
/** The kit's time begins here; what a server's own clock says has no part in the contract. */
const BEGINNING = new Date('2031-05-06T07:08:09.010Z');

/**
 * Runs every rule, one after the other, under no particular test runner.
 *
 * @returns one result per rule. A storage conforms when none has failed.
 * @throws {Error} for a waiver that names no rule or gives no reason.
 */
export async function runStorageConformance(
  open: OpenDriver,
  options: ConformanceOptions = {},
): Promise<readonly RuleResult[]> {
  const results: RuleResult[] = [];
  for (const { rule, waivedBecause } of plan(options)) {
    results.push(
      waivedBecause === undefined
        ? await runRule(rule, open, options.ruleTimeout).then(
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
 * All rules, with the waivers beside them.
 *
 * @throws {Error} for a waiver that names no rule or gives no reason.
 */
export function plan({ waived = [], noReplicas }: ConformanceOptions): readonly PlannedRule[] {
  for (const { rule, because } of waived) {
    if (!rules.some(({ id }) => id === rule)) throw new Error(`a waiver names "${rule}", and there is no such rule`);
    if (because.trim() === '') throw new Error(`the waiver of "${rule}" gives no reason`);
  }
  if (noReplicas?.trim() === '') throw new Error('noReplicas gives no reason');
  return rules.map((rule) => {
    const replicas = rule.needs === 'replicas' ? noReplicas : undefined;
    const waivedBecause = waived.find((waiver) => waiver.rule === rule.id)?.because ?? replicas;
    return waivedBecause === undefined ? { rule } : { rule, waivedBecause };
  });
}

/**
 * Runs one rule on a storage of its own.
 *
 * @param timeout in milliseconds.
 * @throws {Error} when the rule is broken, or does not end in time.
 */
export async function runRule(rule: Rule, open: OpenDriver, timeout: number = DEFAULT_TIMEOUT_MS): Promise<void> {
  const clock = testClock(BEGINNING);
  const namespace = `conformance-${randomUUID()}`;
  const opened: StorageDriver[] = [];
  const another = async (): Promise<StorageDriver> => {
    const driver = await open({ now: clock.now, namespace });
    opened.push(driver);
    return driver;
  };
  const stop = new AbortController();
  const late = after(timeout, undefined, { signal: stop.signal }).then(() => {
    throw new Error(`${rule.id} did not end within ${timeout} ms`);
  });
  try {
    await Promise.race([checkRule(rule, { clock, another }), late]);
  } finally {
    stop.abort();
    await late.catch(() => undefined);
    await Promise.all(opened.map((driver) => driver[Symbol.asyncDispose]()));
  }
}

async function checkRule(rule: Rule, { clock, another }: Omit<RuleContext, 'driver'>): Promise<void> {
  await rule.check({ driver: await another(), clock, another });
}

function testClock(start: Date): TestClock {
  let time = start.getTime();
  return {
    now: () => new Date(time),
    advance(milliseconds) {
      time += milliseconds;
    },
    set(moment) {
      time = moment.getTime();
    },
    in: (milliseconds) => new Date(time + milliseconds),
  };
}

function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
