/** Expressions of an operator, in CEL (https://cel.dev) as far as Kubernetes has it: checked once, evaluated often. */
import {
  type ASTNode,
  TypeError as CelTypeError,
  Environment,
  EvaluationError,
  ParseError,
} from '@marcbachmann/cel-js';
import type { Json } from '@ostiary/primitives';
import { RE2JS } from 're2js';
import { withKubernetesFunctions } from './kubernetes-functions.ts';
import { patternCache } from './patterns.ts';
import { isDuration, isMatches, loopDepth, namesIn, partsOf, patternsOf } from './syntax-tree.ts';
import { fromCel, REMEDY_FOR_JSON } from './values.ts';

/** Longer ones are no rules any more. */
const LONGEST = 10_240;
/** Two loops over a thousand groups, one inside the other, take some 40 ms; a third one would take a thousand times that. */
const DEEPEST_LOOPS = 2;
/** No value of these types is JSON, nor is a list, a map or an optional value of them. */
const NEVER_JSON = /\b(?:bytes|type|uint|CelNamespace|google\.protobuf\.\w+)\b/u;
/** Stands for `matches`, which would go through a text as often as the worst pattern wants. */
const LINEAR_MATCHES = 'matchesInLinearTime';
/** Stands for `duration`, which needs the cube of the length of a text of digits: 2,000 took 2.8 seconds. */
const SHORT_DURATION = 'durationOfShortText';
const LONGEST_DURATION = 100;

/** An expression that may be evaluated: what it comes to, for these variables. */
export type Evaluate = (variables: Readonly<Record<string, unknown>>) => Json | undefined;

/** `problem` is half a sentence about the expression, with the place in it. */
export type Compiled =
  | {
      readonly ok: true;
      readonly evaluate: Evaluate;
      /** `claims` and `claims.email`, where it names them. */
      readonly names: ReadonlySet<string>;
    }
  | { readonly ok: false; readonly problem: string };

/**
 * Checks an expression and makes a function of it. The function throws an error with half a sentence about what went wrong
 * and where; it takes time in proportion to the lists it goes through, or to their square.
 *
 * @param types what it may come to, in the names of CEL, what is wanted first; `any` for all. `dyn` is what only an evaluation
 *   can tell.
 */
export function compile(source: string, environment: Environment, types: readonly string[]): Compiled {
  if (source.length > LONGEST) return refused(`has more than ${LONGEST} signs. Shorten it.`);
  const { valid, type = 'dyn', error } = environment.check(source);
  if (!valid) return refused(`is no valid expression: ${reasonOf(error)}.`);
  if (!types.includes(type) && !types.includes('any')) {
    return refused(`comes to ${type}. It must come to ${types[0]}.`);
  }
  if (NEVER_JSON.test(type)) return refused(`comes to ${type}, which JSON does not have. ${REMEDY_FOR_JSON}`);
  const parsed = environment.parse(source);
  const problem = problemOf(parsed.ast);
  if (problem !== undefined) return refused(problem);
  useSafeFunctions(parsed.ast);
  return {
    ok: true,
    names: namesIn(parsed.ast),
    evaluate(variables) {
      try {
        return fromCel(parsed({ ...variables }));
      } catch (cause) {
        throw new Error(reasonOf(cause));
      }
    },
  };
}

const refused = (problem: string): Compiled => ({ ok: false, problem });

function problemOf(tree: ASTNode): string | undefined {
  if (loopDepth(tree) > DEEPEST_LOOPS) {
    return `has more than ${DEEPEST_LOOPS} loops inside each other. With many groups it would take minutes. Remove one.`;
  }
  for (const pattern of patternsOf(tree)) {
    try {
      RE2JS.compile(pattern);
    } catch {
      return `has a pattern that RE2 does not know: ${JSON.stringify(pattern)}. Correct it.`;
    }
  }
  return undefined;
}

/** What went wrong, in one line without the expression itself. */
function reasonOf(error: unknown): string {
  const isOfCel = error instanceof ParseError || error instanceof CelTypeError || error instanceof EvaluationError;
  if (!isOfCel) return error instanceof Error ? error.message : 'unknown reason';
  const at = error.range === undefined ? '' : `, at character ${error.range.start + 1}`;
  const summary = error.summary.replace(LINEAR_MATCHES, 'matches').replace(SHORT_DURATION, 'duration');
  return `${summary.replace(/\.$/u, '')}${at}`;
}

/**
 * In the tree itself, which looks its functions up at the first evaluation. `serialize` of the library leaves parentheses
 * out: its text of a tree may mean something else.
 */
function useSafeFunctions(tree: ASTNode): void {
  for (const part of partsOf(tree)) {
    if (isMatches(part)) part.args[0] = LINEAR_MATCHES;
    else if (isDuration(part)) part.args[0] = SHORT_DURATION;
  }
}

/** Gives an environment functions of Kubernetes, and what {@link compile} puts in place of those that are not safe with texts of strangers. */
export function withSafeFunctions(environment: Environment): Environment {
  const patternOf = patternCache();
  const durationOf = new Environment().registerVariable('text', 'string').parse('duration(text)');
  return withKubernetesFunctions(environment, patternOf)
    .registerFunction(`string.${LINEAR_MATCHES}(string): bool`, (text: string, source: string) =>
      patternOf(source).matcher(text).find(),
    )
    .registerFunction(`${SHORT_DURATION}(string): google.protobuf.Duration`, (text: string): unknown => {
      if (text.length > LONGEST_DURATION) throw new RangeError(`a duration has more than ${LONGEST_DURATION} signs`);
      return durationOf({ text });
    });
}
