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
    for (const path of takeOut(value, decision.path.split('.'), '')) {
      if (decision.decision === 'refused') problems.push({ path, message: `is not supported. ${decision.because}` });
      else warnings.push({ path, message: `is ignored: ${decision.because}` });
    }
  }
  return { value, problems, warnings };
}

/** Removes the key wherever the path leads, and answers where it said something. */
function takeOut(value: unknown, [head = '', ...rest]: readonly string[], base: string): readonly string[] {
  if (!isRecord(value)) return [];
  const name = head.replace(/\[\]$/u, '');
  return spellings(value, name).flatMap((key) => {
    const path = base === '' ? name : `${base}.${name}`;
    const inner = value[key];
    if (rest.length === 0) {
      delete value[key];
      return saysNothing(inner) ? [] : [path];
    }
    if (!head.endsWith('[]')) return takeOut(inner, rest, path);
    if (!Array.isArray(inner)) return [];
    return inner.flatMap((item: unknown, index) => takeOut(item, rest, `${path}[${index}]`));
  });
}

const spellings = (value: object, name: string): readonly string[] =>
  Object.keys(value).filter((key) => key.toLowerCase() === name.toLowerCase());

/** What a key is set to when it may as well not be there. */
function saysNothing(value: unknown): boolean {
  if (value === null || value === undefined || value === '' || value === false) return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
