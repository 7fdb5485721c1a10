/** Registers the rules as tests of vitest. */
import { describe, it } from 'vitest';
import type { OpenDriver } from './rule.ts';
import { type ConformanceOptions, plan, runRule } from './run.ts';

/**
 * Call it at the top of a test file: one test per rule, a skipped one with its reason per waiver.
 *
 * @throws {Error} for a waiver that names no rule or gives no reason.
 */
export function storageConformance(open: OpenDriver, options: ConformanceOptions = {}): void {
  describe('storage conformance', () => {
    for (const { rule, waivedBecause } of plan(options)) {
      const name = `${rule.id}: ${rule.about}`;
      if (waivedBecause === undefined) {
        // The rule ends itself; vitest must not be faster with a message that says less.
        it(name, { timeout: 0 }, () => runRule(rule, open, options.ruleTimeout));
      } else {
        it.skip(`${name} (waived: ${waivedBecause})`, () => undefined);
      }
    }
  });
}
