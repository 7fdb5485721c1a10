/** Functions of Kubernetes' CEL that the interpreter lacks, for texts and lists of strangers: each takes time in proportion to them. */
import type { Environment } from '@marcbachmann/cel-js';
import type { PatternOf } from './patterns.ts';

/** Longer than any text that a provider sends: one that is replaced in over and over must end somewhere. */
const LONGEST_TEXT = 100_000;

class Sets {}

/** Gives an environment `charAt`, `replace`, `find` and `findAll` of texts, and `sets`. */
export function withKubernetesFunctions(environment: Environment, patternOf: PatternOf): Environment {
  return environment
    .registerFunction('string.charAt(int): string', charAt)
    .registerFunction('string.replace(string, string): string', (text: string, old: string, by: string) =>
      replace(text, { old, by, most: -1n }),
    )
    .registerFunction(
      'string.replace(string, string, int): string',
      (text: string, old: string, by: string, most: bigint) => replace(text, { old, by, most }),
    )
    .registerFunction('string.find(string): string', (text: string, pattern: string) => {
      const [first = ''] = findAll(text, { pattern, most: 1n }, patternOf);
      return first;
    })
    .registerFunction('string.findAll(string): list<string>', (text: string, pattern: string) =>
      findAll(text, { pattern, most: -1n }, patternOf),
    )
    .registerFunction('string.findAll(string, int): list<string>', (text: string, pattern: string, most: bigint) =>
      findAll(text, { pattern, most }, patternOf),
    )
    .registerType('Sets', Sets)
    .registerConstant('sets', 'Sets', new Sets())
    .registerFunction('Sets.contains(list, list): bool', (_sets: Sets, all: unknown[], some: unknown[]) =>
      isSubset(some, all),
    )
    .registerFunction('Sets.intersects(list, list): bool', (_sets: Sets, one: unknown[], other: unknown[]) => {
      const names = namesOf(one);
      return [...namesOf(other)].some((name) => names.has(name));
    })
    .registerFunction(
      'Sets.equivalent(list, list): bool',
      (_sets: Sets, one: unknown[], other: unknown[]) => isSubset(one, other) && isSubset(other, one),
    );
}

/** By code points; the place behind the last one is empty. */
function charAt(text: string, index: bigint): string {
  const signs = [...text];
  if (index < 0n || index > BigInt(signs.length)) throw new RangeError(`charAt: there is no sign ${index}`);
  return signs[Number(index)] ?? '';
}

interface Replacement {
  readonly old: string;
  readonly by: string;
  /** Negative: all. */
  readonly most: bigint;
}

/** As Go: nothing is found before each sign, and after the last. */
function replace(text: string, { old, by, most }: Replacement): string {
  const parts = old === '' ? ['', ...text, ''] : text.split(old);
  const found = parts.length - 1;
  const times = most < 0n || most > BigInt(found) ? found : Number(most);
  if (text.length + times * by.length > LONGEST_TEXT) {
    throw new RangeError(`replace: the text would have more than ${LONGEST_TEXT} signs`);
  }
  const [first = '', ...rest] = parts;
  return rest.reduce((done, part, index) => done + (index < times ? by : old) + part, first);
}

function findAll(
  text: string,
  { pattern, most }: { readonly pattern: string; readonly most: bigint },
  patternOf: PatternOf,
): string[] {
  const matcher = patternOf(pattern).matcher(text);
  const found: string[] = [];
  while ((most < 0n || BigInt(found.length) < most) && matcher.find()) found.push(matcher.group() ?? '');
  return found;
}

const isSubset = (some: readonly unknown[], all: readonly unknown[]): boolean => {
  const names = namesOf(all);
  return [...namesOf(some)].every((name) => names.has(name));
};

/** What is equal has one name. An `int` equals the `double` of the same size. */
function namesOf(items: readonly unknown[]): ReadonlySet<string> {
  return new Set(items.map(nameOf));
}

function nameOf(item: unknown): string {
  if (typeof item === 'string') return `text ${item}`;
  if (typeof item === 'bigint' || typeof item === 'number') return `number ${item}`;
  if (typeof item === 'boolean' || item === null) return String(item);
  throw new TypeError('sets has lists of texts, numbers and true or false only');
}
