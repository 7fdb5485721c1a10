import type { StorageDriver } from '../driver.ts';
import type { Rule, RuleContext } from './rule.ts';

/** A rule about callers that come at the same moment. */
export interface Race {
  readonly id: string;
  readonly about: string;
  /** Spreads its calls over the drivers, be it one or several. */
  check(drivers: readonly StorageDriver[], context: RuleContext): Promise<void>;
}

/** Each race as two rules: between callers of one driver, and between callers of three. */
export function inBothWays(races: readonly Race[]): readonly Rule[] {
  const alone = races.map(
    ({ id, about, check }): Rule => ({
      id: `atomic/${id}`,
      about,
      check: (context) => check([context.driver], context),
    }),
  );
  const replicas = races.map(
    ({ id, about, check }): Rule => ({
      id: `replicas/${id}`,
      about: `${about}, between replicas`,
      needs: 'replicas',
      check: async (context) => check([context.driver, await context.another(), await context.another()], context),
    }),
  );
  return [...alone, ...replicas];
}
