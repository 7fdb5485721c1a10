/** The proof that a connector keeps its promises, as data: run it under any test runner. */
export type { TestNetwork, Weather } from './network.ts';
export type { Rule, RuleContext } from './rule.ts';
export { rules } from './rules.ts';
export { type ConformanceOptions, type RuleResult, runConnectorConformance, runRule, type Waiver } from './run.ts';
export type { ConformanceSubject, Subject, Upstream } from './subject.ts';
