/** Medians and extremes, of figures and of ratios. */

/** What several samples of one figure say. */
export interface Summary {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** @throws {RangeError} for no samples: a figure that was not measured must not look like one. */
export function summarize(samples: readonly number[]): Summary {
  if (samples.length === 0) throw new RangeError('there is nothing to summarize');
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (index: number): number => sorted[index] ?? Number.NaN;
  const middle = Math.floor(sorted.length / 2);
  const median = sorted.length % 2 === 1 ? at(middle) : (at(middle - 1) + at(middle)) / 2;
  return { median, min: at(0), max: at(sorted.length - 1) };
}

/**
 * Divides round by round. Both figures of a round were taken within seconds of each other, so whatever slowed the
 * machine in that round slowed both.
 *
 * @throws {RangeError} when the rounds do not pair.
 */
export function ratios(dividends: readonly number[], divisors: readonly number[]): readonly number[] {
  if (dividends.length !== divisors.length) throw new RangeError('samples of different rounds cannot be paired');
  return dividends.map((dividend, round) => dividend / (divisors[round] ?? Number.NaN));
}
