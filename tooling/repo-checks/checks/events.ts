/** An operator finds every event of the log in docs/operating.md, and there no event that is gone. */
import { matchesGlob } from 'node:path/posix';
import ts from 'typescript';
import type { Check, Finding } from '../check.ts';
import { splitMarkdown } from '../markdown.ts';
import { lineOf, walk } from '../syntax.ts';
import { isSource, isTest, type Workspace } from '../workspace.ts';

const document = 'docs/operating.md';
const remedy = `Correct the table of events in ${document}: a row, or one name more in a row.`;
/** What runs inside a server. */
const places = ['packages/**', 'apps/server/src/**'];
const eventName = /^[a-z0-9_]+\.[a-z0-9_]+$/;
const levels: ReadonlySet<string> = new Set(['info', 'warn', 'error', 'debug']);

export const events: Check = {
  name: 'events',
  run: (workspace) => {
    const documented = eventsIn(workspace.text(document));
    const logged = workspace.files.filter(isWatched).flatMap((path) => eventsOf(workspace, path));
    const told = logged.filter(({ level }) => level !== 'debug');
    return [
      ...told.filter(({ name }) => !documented.some((event) => name.test(event))).map(undocumented),
      ...documented.filter((event) => !logged.some(({ name }) => name.test(event))).map(gone),
    ];
  },
};

const isWatched = (path: string): boolean =>
  isSource(path) && !isTest(path) && places.some((glob) => matchesGlob(path, glob));

const undocumented = ({ place, text }: Logged): Finding => ({
  path: place,
  problem: `the event ${text} is not in ${document}.`,
  remedy,
});

const gone = (event: string): Finding => ({ path: document, problem: `nothing logs the event ${event}.`, remedy });

/** The names in the first column of the table whose heading is `event`. */
function eventsIn(markdown: string): readonly string[] {
  const { prose } = splitMarkdown(markdown);
  const begin = prose.findIndex((line) => line.startsWith('| event '));
  const end = prose.findIndex((line, index) => index > begin && !line.startsWith('|'));
  const cells = begin === -1 ? [] : prose.slice(begin, end === -1 ? undefined : end).map((line) => line.split('|')[1]);
  return cells.flatMap((cell) =>
    [...(cell ?? '').matchAll(/`([a-z0-9_]+\.[a-z0-9_]+)`/g)].map((match) => match[1] ?? ''),
  );
}

interface Logged {
  readonly place: string;
  readonly level: string;
  /** As it stands in the source. */
  readonly text: string;
  /** Where the source puts the name together, any word fits that place. */
  readonly name: RegExp;
}

function eventsOf(workspace: Workspace, path: string): readonly Logged[] {
  const file = workspace.source(path);
  const found: Logged[] = [];
  walk(file, (node) => {
    const { level, event } = loggedBy(node, file) ?? keptBy(node) ?? {};
    if (level === undefined || event === undefined) return;
    const place = `${path}:${lineOf(file, event.getStart(file))}`;
    for (const name of namesOf(event)) found.push({ place, level, text: event.getText(file), name });
  });
  return found;
}

interface Told {
  readonly level: string;
  readonly event: ts.Expression;
}

/** `log.warn('tls.reloaded', ...)`. */
function loggedBy(node: ts.Node, file: ts.SourceFile): Told | undefined {
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return undefined;
  const { name: method, expression: target } = node.expression;
  const [event] = node.arguments;
  if (event === undefined || !levels.has(method.text) || !/(?:^|\.)log$/.test(target.getText(file))) return undefined;
  return { level: method.text, event };
}

/** `{ event: 'tls.certificate_expired' }`: chosen here, logged elsewhere, so its level is not seen; it counts as told. */
function keptBy(node: ts.Node): Told | undefined {
  if (!ts.isPropertyAssignment(node) || node.name.getText() !== 'event') return undefined;
  const event = node.initializer;
  return ts.isStringLiteralLike(event) && eventName.test(event.text) ? { level: 'warn', event } : undefined;
}

function namesOf(event: ts.Expression): readonly RegExp[] {
  if (ts.isConditionalExpression(event)) return [...namesOf(event.whenTrue), ...namesOf(event.whenFalse)];
  if (ts.isStringLiteralLike(event)) return [new RegExp(`^${plain(event.text)}$`)];
  if (!ts.isTemplateExpression(event)) return [];
  const rest = event.templateSpans.map(({ literal }) => `[a-z0-9_]+${plain(literal.text)}`).join('');
  return [new RegExp(`^${plain(event.head.text)}${rest}$`)];
}

/** The dot of an event as a dot. */
const plain = (text: string): string => text.replaceAll('.', String.raw`\.`);
