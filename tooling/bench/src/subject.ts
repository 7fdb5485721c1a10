/** What is measured, and in which order. */
import { ratios, type Summary, summarize } from './statistics.ts';

/** One thing to measure. */
export interface Subject {
  readonly name: string;
  /** Works for about this many seconds and answers the figure, in the unit of its suite. */
  measure(seconds: number): Promise<number>;
}

/** How long and how often. */
export interface Settings {
  readonly rounds: number;
  /** Rounds before those, which do not count. */
  readonly warmUps: number;
  /** Length of one measurement. */
  readonly seconds: number;
  /** Requests under way at the same time. */
  readonly connections: number;
  /** Logins after which memory is looked at. */
  readonly logins: number;
  /** Anonymous visitors of `/auth`. */
  readonly visits: number;
  /** Starts of each command that is timed. */
  readonly starts: number;
}

/** The samples of each subject, one a round. */
export type Samples = ReadonlyMap<string, readonly number[]>;

/**
 * Measures all subjects in turn, round after round, so that a slow minute of the machine does not fall on one of them.
 * Rounds before them warm everything up and do not count: a server that has run for a second is not compiled yet.
 */
export async function interleave(subjects: readonly Subject[], settings: Settings): Promise<Samples> {
  const { rounds, warmUps, seconds } = settings;
  for (let round = 0; round < warmUps; round += 1) {
    for (const subject of subjects) await subject.measure(seconds);
  }
  const samples = new Map<string, number[]>(subjects.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const subject of subjects) {
      samples.get(subject.name)?.push(await subject.measure(seconds));
    }
  }
  return samples;
}

/** One figure over another, and what it should be. */
export interface Comparison {
  readonly what: string;
  readonly ratio: Summary;
  readonly target?: { readonly atLeast: number } | { readonly atMost: number };
}

/** What a suite found out. */
export interface Report {
  readonly title: string;
  /** One or two sentences: what was done, and what "the same work" means. */
  readonly about: string;
  readonly unit: string;
  readonly rows: readonly { readonly name: string; readonly figure: Summary }[];
  readonly comparisons: readonly Comparison[];
}

/** What to divide by what: names of subjects, and the target of the quotient. */
export interface Division {
  readonly of: string;
  readonly by: string;
  /** The divisor is divided by this first: the raw rate of signing by the signatures an answer takes. */
  readonly share?: number;
  readonly target?: Comparison['target'];
}

/** Makes a report of samples. @throws {RangeError} for a name that was not measured. */
export function report(
  head: Pick<Report, 'title' | 'about' | 'unit'>,
  samples: Samples,
  divisions: readonly Division[],
): Report {
  const samplesOf = (name: string): readonly number[] => {
    const found = samples.get(name);
    if (found === undefined) throw new RangeError(`${name} was not measured`);
    return found;
  };
  return {
    ...head,
    rows: [...samples].map(([name, figures]) => ({ name, figure: summarize(figures) })),
    comparisons: divisions.map(({ of, by, share = 1, target }) => ({
      what: `${of} / ${shared(by, share)}`,
      ratio: summarize(ratios(samplesOf(of), samplesOf(by)).map((ratio) => ratio * share)),
      ...(target === undefined ? {} : { target }),
    })),
  };
}

const shared = (name: string, share: number): string => (share === 1 ? name : `(${name} / ${share})`);

/** Whether the median keeps the target; a comparison without one has nothing to keep. */
export function meets({ ratio, target }: Comparison): boolean {
  if (target === undefined) return true;
  return 'atLeast' in target ? ratio.median >= target.atLeast : ratio.median <= target.atMost;
}
