/** The proof that a storage keeps its promises, as data: run it under any test runner. */
export { checkGoldenRecords, type GoldenOptions, type GoldenRecord } from './golden.ts';
export type { OpenDriver, OpenOptions, Rule, RuleContext, TestClock } from './rule.ts';
export { rules } from './rules.ts';
export { type ConformanceOptions, type RuleResult, runRule, runStorageConformance, type Waiver } from './run.ts';
