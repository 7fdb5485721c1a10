/** Questions about parsed TypeScript that more than one check asks. */
import ts from 'typescript';

/** Line of a node, counted from 1. */
export const lineOf = (file: ts.SourceFile, position: number): number =>
  file.getLineAndCharacterOfPosition(position).line + 1;

/** Calls `visit` for a node and everything below it. */
export function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  node.forEachChild((child) => walk(child, visit));
}

export interface ImportStatement {
  /** The text between the quotes. */
  readonly specifier: string;
  readonly line: number;
  /** `import type … from`: nothing is loaded. */
  readonly typesOnly: boolean;
}

/** Every way in which a file names another module: import, export from, import(), import types, require. */
export function importsOf(file: ts.SourceFile): readonly ImportStatement[] {
  const found: ImportStatement[] = [];
  walk(file, (node) => {
    const name = moduleName(node);
    if (name !== undefined && ts.isStringLiteralLike(name)) {
      const typesOnly = ts.isImportDeclaration(node) && node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
      found.push({ specifier: name.text, line: lineOf(file, name.getStart(file)), typesOnly });
    }
  });
  return found;
}

function moduleName(node: ts.Node): ts.Node | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier;
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) return node.argument.literal;
  if (ts.isExternalModuleReference(node)) return node.expression;
  if (ts.isCallExpression(node) && isLoader(node.expression)) return node.arguments[0];
  return undefined;
}

function isLoader(callee: ts.Expression): boolean {
  return callee.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(callee) && callee.text === 'require');
}

export interface Comment {
  readonly text: string;
  readonly line: number;
}

/** Every comment of a file, with the line it begins on. Text inside strings and JSX is not a comment. */
export function commentsOf(file: ts.SourceFile): readonly Comment[] {
  const found = new Map<number, Comment>();
  const text = file.text;
  const keep = (range: ts.CommentRange): void => {
    found.set(range.pos, { text: text.slice(range.pos, range.end), line: lineOf(file, range.pos) });
  };
  const visit = (node: ts.Node): void => {
    const children = node.getChildren(file);
    if (children.length === 0 && node.kind !== ts.SyntaxKind.JsxText) {
      ts.getLeadingCommentRanges(text, node.pos)?.forEach(keep);
      ts.getTrailingCommentRanges(text, node.end)?.forEach(keep);
    }
    children.forEach(visit);
  };
  visit(file);
  return [...found.values()];
}
