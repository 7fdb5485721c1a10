import { RE2JS } from 're2js';

/** The pattern of a text. It needs time in proportion to what is searched, whatever it is. */
export type PatternOf = (source: string) => RE2JS;

/** Patterns that are not written out in an expression may come from strangers. */
const MOST_PATTERNS = 100;

/** Makes patterns, and keeps the first ones. */
export function patternCache(): PatternOf {
  const patterns = new Map<string, RE2JS>();
  return (source) => {
    const pattern = patterns.get(source) ?? RE2JS.compile(source);
    if (patterns.size < MOST_PATTERNS) patterns.set(source, pattern);
    return pattern;
  };
}
