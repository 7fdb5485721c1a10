import { describe, expect, it } from 'vitest';
import type { Report } from '../subject.ts';
import { toMarkdown, written } from './markdown.ts';
import { toPlot } from './plot.ts';

const figure = { median: 12_345.6, min: 0.12345, max: 20_000 };
const ratio = { median: 0.7, min: 0.5, max: 0.9 };
const reports: readonly Report[] = [
  {
    title: 'Refresh <grant>',
    about: 'What was done.',
    unit: 'per second',
    rows: [{ name: 'Ostiary', figure }],
    comparisons: [
      { what: 'a / b', ratio, target: { atLeast: 0.6 } },
      { what: 'c & d', ratio, target: { atMost: 0.6 } },
      { what: 'e / f', ratio },
    ],
  },
];
const circumstances = { machine: '2 cores of CPU', method: 'Load: some.' };

describe('toMarkdown', () => {
  const page = toMarkdown(reports, circumstances, 'ratios.svg');
  it('has every figure with its range', () => {
    expect(page).toContain('| Ostiary | 12,346 | 0.123 | 20,000 |');
  });
  it('says of every target whether it was met', () => {
    expect(page).toContain('| a / b | 0.7 | 0.5 | 0.9 | at least 0.6 | met |');
    expect(page).toContain('| c & d | 0.7 | 0.5 | 0.9 | at most 0.6 | **missed** |');
    expect(page).toContain('| e / f | 0.7 | 0.5 | 0.9 |  |  |');
  });
  it('says where and how', () => {
    expect(page).toContain('Machine: 2 cores of CPU. Load: some.');
    expect(page).toContain('![Ratios](ratios.svg)');
  });
});

describe('toPlot', () => {
  const svg = toPlot(reports);
  it('draws a bar for each ratio, and a mark for each target', () => {
    expect(svg.match(/<rect class="(met|missed|free)"/g)).toEqual([
      '<rect class="met"',
      '<rect class="missed"',
      '<rect class="free"',
    ]);
    expect(svg.match(/class="target"/g)).toHaveLength(2);
  });
  it('escapes what it writes', () => {
    expect(svg).toContain('Refresh &lt;grant>');
    expect(svg).toContain('c &amp; d');
  });
});

describe('written', () => {
  it.each([
    [0.61234, '0.612'],
    [1, '1'],
    [99.96, '100'],
    [1234.5, '1,235'],
    [0, '0'],
  ])('%d is %s', (number, text) => {
    expect(written(number)).toBe(text);
  });
});
