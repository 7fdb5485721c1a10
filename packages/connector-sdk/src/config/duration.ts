/** Durations as Go writes them (`1h30m`), which is how Dex reads them. */

const millisecondsPer: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3, // U+00B5
  μs: 1e-3, // U+03BC
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/** Go keeps nanoseconds in 64 bits; a longer duration is refused there and here. */
const longestMs = 2 ** 63 / 1e6;

const whole = /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/u;
const part = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/gu;

/** Milliseconds, or what is wrong with the text and what to write instead. */
export type ParsedDuration = { readonly ms: number } | { readonly problem: string };

/** Reads a duration such as `300ms`, `1.5h` or `2h45m`. Units: ns, us, ms, s, m, h. */
export function parseDuration(text: string): ParsedDuration {
  if (/^[+-]?0$/u.test(text)) return { ms: 0 };
  if (/\d\s*(?:d|w|y)\b|\d(?:d|w|y)\d/iu.test(text)) {
    return { problem: 'a duration has no days, weeks or years. Write hours: 24h for a day.' };
  }
  if (!whole.test(text)) {
    const unit = /^\d+$/u.test(text) ? ` Add a unit: ${text}s.` : '';
    return { problem: `is not a duration. Write it like 30s, 10m or 1h30m.${unit}` };
  }
  const sum = [...text.matchAll(part)].reduce((ms, [, number, unit]) => {
    return ms + Number(number) * (millisecondsPer[unit ?? ''] ?? Number.NaN);
  }, 0);
  if (sum >= longestMs) return { problem: 'is longer than 290 years. Write a shorter duration.' };
  return { ms: text.startsWith('-') ? -sum : sum };
}
