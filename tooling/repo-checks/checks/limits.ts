/** Sizes, suppressions and left-overs: what a reviewer should never have to say twice. */

import { matchesGlob } from 'node:path/posix';
import ts from 'typescript';
import type { Check, Finding } from '../check.ts';
import { limits, notWrittenByHand } from '../data/limits.ts';
import { type Comment, commentsOf, lineOf, walk } from '../syntax.ts';
import { isSource, isTest, type Workspace } from '../workspace.ts';

export const limitsCheck: Check = {
  name: 'limits',
  run: (workspace) => [
    ...workspace.files
      .filter((file) => isSource(file) && isWritten(file))
      .flatMap((file) => checkSource(workspace, file)),
    ...workspace.files.filter((file) => plainText.test(file)).flatMap((file) => checkPlainText(workspace, file)),
  ],
};

const isWritten = (file: string): boolean => !notWrittenByHand.some(({ path }) => matchesGlob(file, path));

type Report = (position: number | undefined, problem: string, remedy: string) => void;

function checkSource(workspace: Workspace, path: string): readonly Finding[] {
  const source = workspace.source(path);
  const found: Finding[] = [];
  const report: Report = (position, problem, remedy) => {
    const line = position === undefined ? '' : `:${lineOf(source, position)}`;
    found.push({ path: `${path}${line}`, problem, remedy });
  };
  checkLength(source, report);
  const comments = commentsOf(source);
  for (const comment of comments) found.push(...checkComment(path, comment));
  walk(source, (node) => {
    checkAny(node, report);
    checkFunction(node, source, report);
    if (isTest(path)) checkTestCall({ node, source, comments }, report);
  });
  return found;
}

function checkLength(source: ts.SourceFile, report: Report): void {
  const lines = source.text.split('\n').length - (source.text.endsWith('\n') ? 1 : 0);
  const most = isTest(source.fileName) ? limits.testLines : limits.sourceLines;
  if (lines > most)
    report(undefined, `the file has ${lines} lines, ${most} is the limit.`, 'Split it by what its parts own.');
}

function checkAny(node: ts.Node, report: Report): void {
  if (node.kind !== ts.SyntaxKind.AnyKeyword) return;
  report(node.end, 'uses the type any.', 'Use unknown and narrow it, or write the type.');
}

function checkFunction(node: ts.Node, source: ts.SourceFile, report: Report): void {
  if (!ts.isFunctionLike(node) || !('body' in node) || node.body === undefined) return;
  const start = node.getStart(source);
  const lines = lineOf(source, node.end) - lineOf(source, start) + 1;
  if (lines > limits.functionLines && !isSuite(node, source)) {
    report(
      start,
      `the function has ${lines} lines, ${limits.functionLines} is the limit.`,
      'Take named functions out of it.',
    );
  }
  // The signature of a callback is the choice of who calls it.
  if (node.parameters.length > limits.parameters && !ts.isCallExpression(node.parent)) {
    const count = node.parameters.length;
    report(
      start,
      `the function has ${count} parameters, ${limits.parameters} is the limit.`,
      'Take an object instead.',
    );
  }
}

/** The callback of a `describe` in a test: a list of cases, not a piece of logic. */
function isSuite(node: ts.Node, source: ts.SourceFile): boolean {
  const call = node.parent;
  return isTest(source.fileName) && ts.isCallExpression(call) && /^describe\b/.test(call.expression.getText(source));
}

interface TestNode {
  readonly node: ts.Node;
  readonly source: ts.SourceFile;
  readonly comments: readonly Comment[];
}

function checkTestCall({ node, source, comments }: TestNode, report: Report): void {
  if (!ts.isPropertyAccessExpression(node) || !/^(it|test|describe)\b/.test(node.expression.getText(source))) return;
  const start = node.name.getStart(source);
  const modifier = node.name.text;
  if (modifier === 'only') report(start, 'runs only this test.', 'Remove .only.');
  if (modifier !== 'skip' && modifier !== 'todo' && modifier !== 'fails') return;
  const line = lineOf(source, start);
  if (comments.some((comment) => comment.line === line || comment.line === line - 1)) return;
  report(
    start,
    `a test is marked .${modifier} without a reason.`,
    'Say why in a comment beside it, or remove the mark.',
  );
}

/** A suppression, and where its reason begins. Each tool has its own form. */
const suppressions: readonly RegExp[] = [
  /@ts-(?:ignore|expect-error|nocheck)\b(?<reason>.*)/,
  /\bbiome-ignore(?:-\w+)?\s+[\w/-]+(?<reason>.*)/,
  /\b(?:ox|es)lint-disable(?:-next-line|-line)?\b[^-]*(?:-(?!-)[^-]*)*(?<reason>.*)/,
  /\bprettier-ignore\b(?<reason>.*)/,
  /\b(?:v8|c8|istanbul) ignore\b(?: next| start| stop| file| if| else)?(?<reason>.*)/,
];

function checkComment(path: string, comment: Comment): readonly Finding[] {
  const at = `${path}:${comment.line}`;
  const found: Finding[] = [];
  if (leftOver.test(comment.text)) found.push({ path: at, problem: 'a left-over note.', remedy: noteRemedy });
  for (const form of suppressions) {
    const reason = comment.text.match(form)?.groups?.reason?.replace(/\*\/$/, '');
    if (reason === undefined || isReason(reason)) continue;
    found.push({ path: at, problem: 'a suppression without a reason.', remedy: 'Write the reason behind it.' });
  }
  return found;
}

/** Biome's own fix writes `<explanation>` and leaves the thinking to somebody else. */
const isReason = (text: string): boolean => /\p{L}{2}.*\p{L}{2}/u.test(text) && !text.includes('<explanation>');

const leftOver = /\b(TODO|FIXME|XXX|HACK)\b/;
const noteRemedy = 'Do it now, or open an issue and remove the note.';
const plainText = /\.(md|ya?ml|sh|bash|toml|css|html|sql)$|(^|\/)(Dockerfile|run|install)$/;

/** In prose the bare words may be talked about; a note has a colon or a name behind it. */
function checkPlainText(workspace: Workspace, path: string): readonly Finding[] {
  const lines = workspace.text(path).split('\n');
  const noted = lines.flatMap((line, index) => (/\b(TODO|FIXME)\b\s*[:(]/.test(line) ? [index + 1] : []));
  return noted.map((line) => ({ path: `${path}:${line}`, problem: 'a left-over note.', remedy: noteRemedy }));
}
