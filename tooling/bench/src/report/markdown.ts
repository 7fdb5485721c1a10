/** The report as a page of the documentation. */

import type { Summary } from '../statistics.ts';
import type { Comparison, Report } from '../subject.ts';
import { meets } from '../subject.ts';

/** Where and how it was measured. */
export interface Circumstances {
  /** Cores, processor, system and Node. */
  readonly machine: string;
  /** A sentence on rounds and seconds. */
  readonly method: string;
}

/** The whole page. `plot` is the path of the picture from it. */
export function toMarkdown(reports: readonly Report[], circumstances: Circumstances, plot: string): string {
  const { machine, method } = circumstances;
  return [
    '# Benchmarks',
    'Written by `pnpm bench`; do not edit. Figures of one machine tell little; compare the ratios of one run.',
    `![Ratios](${plot})`,
    `Machine: ${machine}. ${method}`,
    ...reports.flatMap(section),
    '',
  ]
    .join('\n\n')
    .replace(/\n+$/, '\n');
}

function section({ title, about, unit, rows, comparisons }: Report): readonly string[] {
  const figures = table(
    ['', `${unit}, median`, 'min', 'max'],
    rows.map(({ name, figure }) => [name, ...cells(figure)]),
  );
  const divided = table(
    ['ratio', 'median', 'min', 'max', 'target', ''],
    comparisons.map((comparison) => [comparison.what, ...cells(comparison.ratio), ...verdict(comparison)]),
  );
  return [`## ${title}`, about, figures, ...(comparisons.length === 0 ? [] : [divided])];
}

function verdict(comparison: Comparison): readonly string[] {
  const { target } = comparison;
  if (target === undefined) return ['', ''];
  const asked = 'atLeast' in target ? `at least ${target.atLeast}` : `at most ${target.atMost}`;
  return [asked, meets(comparison) ? 'met' : '**missed**'];
}

const cells = ({ median, min, max }: Summary): readonly string[] => [median, min, max].map(written);

/** Three digits that mean something; more would only be noise. */
export function written(number: number): string {
  if (Math.abs(number) >= 1000) return Math.round(number).toLocaleString('en');
  return String(Number(number.toPrecision(3)));
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rule = head.map((_, index) => (index === 0 ? '---' : '---:'));
  return [line(head), line(rule), ...rows.map(line)].join('\n');
}
