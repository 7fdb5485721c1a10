import type { Connector } from '../connector.ts';
import type { Identity } from '../identity.ts';
import type { FakeClock } from '../testing/fake-clock.ts';
import type { RecordingLogger } from '../testing/recording-logger.ts';
import type { TestNetwork } from './network.ts';
import type { ConformanceSubject, Upstream } from './subject.ts';

/** What a rule works with: a connector that was just opened, and its provider. */
export interface RuleContext {
  readonly connector: Connector;
  readonly upstream: Upstream;
  readonly subject: ConformanceSubject;
  readonly network: TestNetwork;
  readonly clock: FakeClock;
  readonly log: RecordingLogger;
}

/** One promise of the contract, and how to find out whether a connector keeps it. */
export interface Rule {
  /** Stable name, for waivers: `refresh/same-account`. */
  readonly id: string;
  /** What a connector does that keeps the rule. */
  readonly about: string;
  /** `network`: the rule is about a provider that is asked over a network. */
  readonly needs?: 'network';
  /** Whether the rule is about this connector at all. Absent: it is about every one. */
  readonly appliesTo?: (connector: Connector) => boolean;
  /** Rejects, with what was seen and what was expected, when the rule is broken. */
  check(context: RuleContext): Promise<void>;
}

/** Fails a rule. */
export class RuleBroken extends Error {
  override readonly name = 'RuleBroken';
}

/** Fails the rule with this sentence unless the condition holds. */
export function must(condition: boolean, sentence: string): asserts condition {
  if (!condition) throw new RuleBroken(sentence);
}

/** The hook of the played provider that a rule needs. */
export function needed<K extends keyof Upstream>(upstream: Upstream, name: K): NonNullable<Upstream[K]> {
  const hook = upstream[name];
  if (hook === undefined || hook === null) {
    throw new RuleBroken(`the upstream has no ${name}: supply it, or waive this rule with a reason`);
  }
  return hook;
}

/** The identity a rule goes on with. */
export function accepted(answer: Identity | 'rejected', what: string): Identity {
  must(answer !== 'rejected', `${what} was rejected`);
  return answer;
}
