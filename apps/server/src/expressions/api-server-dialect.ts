/** Where an API server, which has the CEL of Kubernetes, does not take an expression that is right here. */
import type { ASTNode } from '@marcbachmann/cel-js';
import { tokenEnvironment } from './environment.ts';
import { isLoop, partsOf } from './syntax-tree.ts';

/**
 * What an API server would not take in an expression on the claims of a token, as half a sentence; the rest it tells itself
 * when it reads its file.
 *
 * @param source an expression that was read without a problem.
 */
export function apiServerProblem(source: string): string | undefined {
  if (tokenEnvironment.check(source).type?.startsWith('optional<')) {
    return 'comes to an optional value, which an API server takes for no text and no list. Put .orValue( ) behind it.';
  }
  const { ast } = tokenEnvironment.parse(source);
  if (isSplit(ast)) {
    return 'comes to what split makes, which an API server takes for no list of texts. Put .map(text, text) behind it.';
  }
  for (const part of partsOf(ast)) {
    if (part.op !== 'rcall') continue;
    const [name, receiver] = part.args;
    if (name === 'bind' && receiver.op === 'id' && receiver.args === 'cel') {
      return 'has cel.bind, which an API server does not know. Write it without.';
    }
    if (isLoop(part) && isOfClaims(receiver)) {
      return `has ${name} on a claim, of which an API server does not know that it is a list. Put dyn( ) around the claim.`;
    }
  }
  return undefined;
}

/** Where it is the result: in an expression it is a list as any other. */
function isSplit(node: ASTNode): boolean {
  if (node.op === '?:') return isSplit(node.args[1]) || isSplit(node.args[2]);
  return node.op === 'rcall' && node.args[0] === 'split';
}

/** Kubernetes gives claims no type, and so what is read of them. */
function isOfClaims(node: ASTNode): boolean {
  switch (node.op) {
    case '.':
    case '.?':
    case '[]':
    case '[?]':
      return isClaims(node.args[0]) || isOfClaims(node.args[0]);
    case 'rcall':
      return ['or', 'orValue', 'value'].includes(node.args[0]) && isOfClaims(node.args[1]);
    case '?:':
      return isOfClaims(node.args[1]) || isOfClaims(node.args[2]);
    default:
      return false;
  }
}

const isClaims = (node: ASTNode): boolean => node.op === 'id' && node.args === 'claims';
