/** What can be told of an expression before it is evaluated. */
import type { ASTNode } from '@marcbachmann/cel-js';

/** These look at each item of a list. */
const macros: ReadonlySet<string> = new Set(['all', 'exists', 'exists_one', 'filter', 'map']);

/** These take a pattern. */
const searches: ReadonlySet<string> = new Set(['matches', 'find', 'findAll']);

/** All parts of an expression, itself first. */
export function* partsOf(node: ASTNode): Generator<ASTNode> {
  yield node;
  for (const child of childrenOf(node)) yield* partsOf(child);
}

/** The names of variables, and of what is read of them: `claims`, `claims.email`. */
export function namesIn(node: ASTNode): ReadonlySet<string> {
  const names = new Set<string>();
  for (const part of partsOf(node)) {
    if (part.op === 'id') names.add(part.args);
    if (part.op !== '.' && part.op !== '.?' && part.op !== '[]' && part.op !== '[?]') continue;
    const [of, member] = part.args;
    const name = typeof member === 'string' ? member : member.op === 'value' ? member.args : undefined;
    if (of.op === 'id' && typeof name === 'string') names.add(`${of.args}.${name}`);
  }
  return names;
}

/** How many loops over lists stand inside each other. `in` is one, too, unless the list is written out, and so is `sets`. */
export function loopDepth(node: ASTNode): number {
  const children = childrenOf(node);
  if (node.op === 'in' && node.args[1].op !== 'list') return Math.max(1, ...children.map(loopDepth));
  if (isOfSets(node)) return Math.max(1, ...children.map(loopDepth));
  if (!isLoop(node)) return Math.max(0, ...children.map(loopDepth));
  const [, list, body] = node.args;
  return Math.max(loopDepth(list), 1 + Math.max(0, ...body.map(loopDepth)));
}

/** The patterns that stand in the expression itself. */
export function* patternsOf(node: ASTNode): Generator<string> {
  for (const part of partsOf(node)) {
    if (part.op !== 'rcall' || !searches.has(part.args[0])) continue;
    const [pattern] = part.args[2];
    if (pattern?.op === 'value' && typeof pattern.args === 'string') yield pattern.args;
  }
}

type Call = Extract<ASTNode, { readonly op: 'call' }>;
type MethodCall = Extract<ASTNode, { readonly op: 'rcall' }>;

/** `list.map(item, of it)` and its kin */
export const isLoop = (node: ASTNode): node is MethodCall => node.op === 'rcall' && macros.has(node.args[0]);

/** `text.matches(pattern)` */
export const isMatches = (node: ASTNode): node is MethodCall => node.op === 'rcall' && node.args[0] === 'matches';

/** `sets.contains(list, list)` and its kin */
const isOfSets = (node: ASTNode): boolean =>
  node.op === 'rcall' && node.args[1].op === 'id' && node.args[1].args === 'sets';

/** `duration(text)` */
export const isDuration = (node: ASTNode): node is Call => node.op === 'call' && node.args[0] === 'duration';

function childrenOf(node: ASTNode): readonly ASTNode[] {
  const found: ASTNode[] = [];
  const collect = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(collect);
    else if (isNode(value)) found.push(value);
  };
  collect(node.args);
  return found;
}

const isNode = (value: unknown): value is ASTNode => typeof value === 'object' && value !== null && 'op' in value;
