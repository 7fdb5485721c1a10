/** The ratios as a picture: one bar each, its range, and a mark where the target is. */
import { type ComponentChildren, Fragment, h, type VNode } from 'preact';
import { renderToStaticMarkup } from 'preact-render-to-string';
import { type Comparison, meets, type Report } from '../subject.ts';
import { written } from './markdown.ts';

const WIDTH = 860;
const LABELS = 430;
const ROW = 26;
const HEAD = 34;

/** Readable on light and on dark pages: the colours are of the middle, and the text takes the reader's. */
const style =
  'text{font:13px system-ui,sans-serif;fill:#1f2328}.head{font-weight:600}.met{fill:#2c7a7b}.missed{fill:#c2410c}' +
  '.free{fill:#6b7280}.range{stroke:#9ca3af}.target{stroke:#b45309;stroke-width:2}' +
  '@media(prefers-color-scheme:dark){text{fill:#e6edf3}}';

/** An SVG document of all ratios that have a meaning of their own. */
export function toPlot(reports: readonly Report[]): string {
  const shown = reports.filter(({ comparisons }) => comparisons.length > 0);
  const most = Math.max(1, ...shown.flatMap(({ comparisons }) => comparisons.map(({ ratio }) => ratio.max)));
  const scale = (ratio: number): number => (ratio / most) * (WIDTH - LABELS - 60);
  let top = 0;
  const parts = shown.map(({ title, comparisons }) => {
    const start = top;
    top += HEAD + comparisons.length * ROW;
    const bars = comparisons.map((comparison, row) => bar(comparison, start + HEAD + row * ROW, scale));
    return h(Fragment, null, text({ x: 12, y: start + 24, class: 'head' }, title), bars);
  });
  const size = { width: WIDTH, height: top + 12, viewBox: `0 0 ${WIDTH} ${top + 12}` };
  const svg = h('svg', { xmlns: 'http://www.w3.org/2000/svg', role: 'img', ...size }, [
    h('title', null, 'Ratios of the benchmarks: median as a bar, minimum and maximum as a line, target as a mark'),
    h('style', null, style),
    ...parts,
  ]);
  return `${renderToStaticMarkup(svg)}\n`;
}

function bar(comparison: Comparison, y: number, scale: (ratio: number) => number): VNode {
  const { what, ratio, target } = comparison;
  const middle = y + ROW / 2 - 3;
  const goal = target === undefined ? undefined : 'atLeast' in target ? target.atLeast : target.atMost;
  const kind = target === undefined ? 'free' : meets(comparison) ? 'met' : 'missed';
  const mark = { x1: LABELS + scale(goal ?? 0), x2: LABELS + scale(goal ?? 0), y1: y - 1, y2: y + ROW - 7 };
  return h(
    Fragment,
    null,
    text({ x: LABELS - 10, y: middle + 4, 'text-anchor': 'end' }, what),
    h('rect', { class: kind, x: LABELS, y: y + 2, width: scale(ratio.median), height: ROW - 10, rx: 2 }),
    h('line', { class: 'range', x1: LABELS + scale(ratio.min), x2: LABELS + scale(ratio.max), y1: middle, y2: middle }),
    goal === undefined ? null : h('line', { class: 'target', ...mark }),
    text({ x: LABELS + scale(Math.max(ratio.max, goal ?? 0)) + 8, y: middle + 4 }, written(ratio.median)),
  );
}

const text = (attributes: Readonly<Record<string, string | number>>, content: ComponentChildren): VNode =>
  h('text', attributes, content);
