/** Registers the rules as tests of vitest. */
import { describe, it } from 'vitest';
import { type ConformanceOptions, plan, runRule } from './run.ts';
import type { ConformanceSubject } from './subject.ts';

/**
 * Call it at the top of a test file: one test per rule, a skipped one with its reason per waiver.
 *
 * @throws {Error} for a waiver that names no rule that is about this connector, or gives no reason.
 */
export function connectorConformance(subject: ConformanceSubject, options: ConformanceOptions = {}): void {
  describe('connector conformance', () => {
    for (const { rule, waivedBecause } of plan(subject, options)) {
      const name = `${rule.id}: ${rule.about}`;
      if (waivedBecause === undefined) {
        // The rule ends itself; vitest must not be faster with a message that says less.
        it(name, { timeout: 0 }, () => runRule(rule, subject, options.ruleTimeout));
      } else {
        it.skip(`${name} (waived: ${waivedBecause})`, () => undefined);
      }
    }
  });
}
