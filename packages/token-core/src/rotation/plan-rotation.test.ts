import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CLOCK_SKEW_SECONDS,
  isSpent,
  phaseOf,
  planRotation,
  publicationLead,
  type Schedule,
  type ScheduledKey,
} from './plan-rotation.ts';

const schedule: Schedule = { algorithms: ['RS256'], period: 21_600, cachedFor: 600, keepFor: 4_260 };
const T = 1_900_000_000;

/** The plan carried out: what the storage holds after it. */
function applied(now: number, keys: readonly ScheduledKey[], wanted: Schedule): readonly ScheduledKey[] {
  const { keep, create } = planRotation(now, keys, wanted);
  return [...keep, ...create.map((life, index) => ({ ...life, kid: `${life.alg}-${now}-${index}` }))];
}

const activeOf = (keys: readonly ScheduledKey[], alg: string, now: number) =>
  keys.filter((key) => key.alg === alg && phaseOf(key, now) === 'active');

describe('planRotation', () => {
  it('uses the first key of an empty set at once, also on a replica with a late clock', () => {
    const [first] = applied(T, [], schedule);
    expect(first && phaseOf(first, T)).toBe('active');
    expect(first && phaseOf(first, T - CLOCK_SKEW_SECONDS)).toBe('active');
  });

  it('publishes the next key just early enough and hands over when the period is over', () => {
    const first = applied(T, [], schedule);
    const due = T - CLOCK_SKEW_SECONDS + schedule.period;
    const lead = publicationLead(600);
    expect(lead).toBe(720);
    expect(applied(due - lead - 1, first, schedule)).toEqual(first);
    const both = applied(due - lead, first, schedule);
    expect(both.map(({ activeFrom, activeUntil }) => ({ activeFrom, activeUntil }))).toEqual([
      { activeFrom: T - CLOCK_SKEW_SECONDS, activeUntil: due },
      { activeFrom: due, activeUntil: undefined },
    ]);
    expect(both.map((key) => phaseOf(key, due - 1))).toEqual(['active', 'published']);
    expect(both.map((key) => phaseOf(key, due))).toEqual(['retired', 'active']);
  });

  it('keeps a retired key until nobody needs it, to the second', () => {
    const ended = { ...schedule, kid: 'a', alg: 'RS256', publishedAt: T, activeFrom: T, activeUntil: T + 10 };
    expect(phaseOf(ended, T + 10 + schedule.keepFor - 1)).toBe('retired');
    expect(phaseOf(ended, T + 10 + schedule.keepFor)).toBe('removed');
    expect(isSpent(ended, T + 10 + CLOCK_SKEW_SECONDS - 1)).toBe(false);
    expect(isSpent(ended, T + 10 + CLOCK_SKEW_SECONDS)).toBe(true);
  });

  it('lets a late rotation wait for its lead while the old key goes on', () => {
    const first = applied(T, [], schedule);
    const late = T + 10 * schedule.period;
    const both = applied(late, first, schedule);
    expect(both[1]?.activeFrom).toBe(late + publicationLead(600));
    expect(activeOf(both, 'RS256', late)).toHaveLength(1);
  });

  it('publishes the key of an added algorithm before it is used', () => {
    const keys = applied(T + 5, applied(T, [], schedule), { ...schedule, algorithms: ['RS256', 'ES256'] });
    expect(keys.map(({ alg, activeFrom }) => [alg, activeFrom])).toEqual([
      ['RS256', T - CLOCK_SKEW_SECONDS],
      ['ES256', T + 5 + publicationLead(600)],
    ]);
  });

  it('lets the key of a dropped algorithm end with its period, without a successor', () => {
    const only = { ...schedule, algorithms: ['ES256'] };
    const soon = applied(T + 5, applied(T, [], schedule), only);
    expect(soon.find(({ alg }) => alg === 'RS256')?.activeUntil).toBeUndefined();
    const due = T - CLOCK_SKEW_SECONDS + schedule.period;
    const later = applied(due, soon, only).filter(({ alg }) => alg === 'RS256');
    expect(later.map(({ activeUntil }) => activeUntil)).toEqual([due + publicationLead(600)]);
  });

  it('takes over the longer promise of another replica, and never a shorter one', () => {
    const longer = { ...schedule, cachedFor: 3_600, keepFor: 90_000 };
    const raised = applied(T + 1, applied(T, [], schedule), longer);
    expect(raised).toMatchObject([{ cachedFor: 3_600, keepFor: 90_000 }]);
    expect(applied(T + 2, raised, schedule)).toEqual(raised);
    const next = applied(T + schedule.period, raised, schedule);
    expect(next[1]?.activeFrom).toBe(T + schedule.period + publicationLead(3_600));
  });
});

const algorithms = fc.constantFrom(['RS256'], ['RS256', 'ES256'], ['ES256', 'RS256'], ['ES256'], ['EdDSA', 'RS256']);
const anySchedule: fc.Arbitrary<Schedule> = fc.record({
  algorithms,
  period: fc.integer({ min: 1, max: 90_000 }),
  cachedFor: fc.integer({ min: 1, max: 7_200 }),
  keepFor: fc.integer({ min: 60, max: 200_000 }),
});
/** Pauses from a second to three days, and a policy that changes now and then. */
const history = fc.array(
  fc.record({
    pause: fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 260_000 })),
    policy: fc.option(anySchedule),
  }),
  { minLength: 1, maxLength: 60 },
);

/** Walks through a history and shows every step: the set before, the set after, at which time, by which policy. */
function walk(
  first: Schedule,
  steps: readonly { readonly pause: number; readonly policy: Schedule | null }[],
  check: (before: readonly ScheduledKey[], after: readonly ScheduledKey[], at: { now: number; by: Schedule }) => void,
): void {
  let now = T;
  let by = first;
  let keys: readonly ScheduledKey[] = [];
  for (const step of [{ pause: 0, policy: null }, ...steps]) {
    now += step.pause;
    by = step.policy ?? by;
    const after = applied(now, keys, by);
    check(keys, after, { now, by });
    keys = after;
  }
}

describe('planRotation, in any history of pauses and policy changes', () => {
  it('has exactly one active key per algorithm from the moment the first of them begins', () => {
    fc.assert(
      fc.property(algorithms, anySchedule, history, (kept, first, steps) => {
        const fixed = steps.map(({ pause, policy }) => ({ pause, policy: policy && { ...policy, algorithms: kept } }));
        walk({ ...first, algorithms: kept }, fixed, (before, after, { now }) => {
          for (const alg of kept) {
            expect(activeOf(after, alg, now)).toHaveLength(1);
            // Between two refreshes, however far apart, the stored set alone decides.
            if (before.length > 0) expect(activeOf(before, alg, now)).toHaveLength(1);
          }
        });
      }),
    );
  });

  it('publishes every key but the first ones for the whole lead before it is used', () => {
    fc.assert(
      fc.property(anySchedule, history, (first, steps) => {
        walk(first, steps, (before, after, { now, by }) => {
          if (before.length === 0) return;
          for (const key of after.filter(({ kid }) => !before.some((old) => old.kid === kid))) {
            const longest = Math.max(
              by.cachedFor,
              ...before.filter((k) => phaseOf(k, now) !== 'removed').map((k) => k.cachedFor),
            );
            expect(key.activeFrom - key.publishedAt).toBeGreaterThanOrEqual(publicationLead(longest));
          }
        });
      }),
    );
  });

  it('never moves the end of a key, never lets a promise shrink, and removes only what is over', () => {
    fc.assert(
      fc.property(anySchedule, history, (first, steps) => {
        walk(first, steps, (before, after, { now }) => {
          for (const old of before) {
            const key = after.find(({ kid }) => kid === old.kid);
            if (key === undefined) {
              expect(phaseOf(old, now)).toBe('removed');
              continue;
            }
            if (old.activeUntil !== undefined) expect(key.activeUntil).toBe(old.activeUntil);
            expect(key.keepFor).toBeGreaterThanOrEqual(old.keepFor);
            expect(key.cachedFor).toBeGreaterThanOrEqual(old.cachedFor);
          }
        });
      }),
    );
  });

  it('is settled after one step, and never plans an empty set', () => {
    fc.assert(
      fc.property(anySchedule, history, (first, steps) => {
        walk(first, steps, (before, after, { now, by }) => {
          expect(after.length).toBeGreaterThan(0);
          // A first key that is short-lived enough gets its successor in the step after.
          if (before.length === 0) return;
          const again = planRotation(now, after, by);
          expect(again.create).toEqual([]);
          expect(again.keep.length).toBe(after.length);
          for (const [index, key] of again.keep.entries()) expect(key).toBe(after[index]);
        });
      }),
    );
  });
});
