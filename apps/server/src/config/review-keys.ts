/** Takes out the keys that Ostiary ignores or refuses, and says so. What is left is for the schema. */
import type { ConfigIssue } from '@ostiary/connector-sdk/config';
import type { Decision } from './decisions.ts';

export interface ReviewedKeys {
  readonly value: unknown;
  readonly problems: readonly ConfigIssue[];
  readonly warnings: readonly ConfigIssue[];
}

/** @param raw a configuration file as data; it is not changed. */
export function reviewKeys(raw: unknown, decisions: readonly Decision[]): ReviewedKeys {
  const value: unknown = structuredClone(raw);
  const problems: ConfigIssue[] = [];
  const warnings: ConfigIssue[] = [];
  for (const decision of decisions) {
    if (decision.decision === 'honoured') continue;
    for (const { path, value: said } of takeOut(value, decision.path.split('.'), '')) {
      const { fate, message } = judge(decision, said);
      if (fate === 'refused') problems.push({ path, message });
      else if (fate === 'warned') warnings.push({ path, message });
    }
  }
  return { value, problems, warnings };
}

/** What becomes of a key that is not honoured, by what it is set to. */
function judge(
  decision: Exclude<Decision, { decision: 'honoured' }>,
  said: unknown,
): { readonly fate: 'refused' | 'warned' | 'taken'; readonly message: string } {
  if (decision.decision === 'ignored') {
    return { fate: isEmpty(said) || said === false ? 'taken' : 'warned', message: `is ignored: ${decision.because}` };
  }
  const fate = isEmpty(said) ? decision.empty : 'refused';
  if (fate === 'warned') return { fate, message: 'is empty, so it does nothing. Remove it.' };
  return { fate, message: `is not supported. ${decision.because}` };
}

interface Found {
  readonly path: string;
  readonly value: unknown;
}

/** Removes the key wherever the path leads, and answers where it was set to something, and to what. */
function takeOut(value: unknown, [head = '', ...rest]: readonly string[], base: string): readonly Found[] {
  if (!isRecord(value)) return [];
  const name = head.replace(/\[\]$/u, '');
  return spellings(value, name).flatMap((key) => {
    const path = base === '' ? name : `${base}.${name}`;
    const inner = value[key];
    if (rest.length === 0) {
      delete value[key];
      return inner === null || inner === undefined ? [] : [{ path, value: inner }];
    }
    if (!head.endsWith('[]')) return takeOut(inner, rest, path);
    if (!Array.isArray(inner)) return [];
    return inner.flatMap((item: unknown, index) => takeOut(item, rest, `${path}[${index}]`));
  });
}

const spellings = (value: object, name: string): readonly string[] =>
  Object.keys(value).filter((key) => key.toLowerCase() === name.toLowerCase());

/**
 * What a key is set to when it says nothing: `""`, `[]`, or a map of keys that say nothing, as templates write them. A
 * list of empty texts is no empty list: to Dex each names something.
 */
function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  const saysNothing = (inner: unknown): boolean => inner === null || inner === false || isEmpty(inner);
  return value === '' || (isRecord(value) && Object.values(value).every(saysNothing));
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
