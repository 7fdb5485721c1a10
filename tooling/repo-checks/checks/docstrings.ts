/** What a published package exports is explained where it is declared: a user of the package sees that, and no more. */
import { dirname, join } from 'node:path/posix';
import ts from 'typescript';
import type { Check, Finding } from '../check.ts';
import { lineOf } from '../syntax.ts';
import type { ExportTarget, Package, Workspace } from '../workspace.ts';

export const docstrings: Check = {
  name: 'docstrings',
  run(workspace) {
    const libraries = workspace.packages.filter(({ published, dir }) => published && dir.startsWith('packages/'));
    const found = libraries.flatMap((pkg) =>
      entries(pkg).flatMap((entry) => exported(workspace, entry).flatMap((one) => checkDeclaration(one))),
    );
    return [...new Map(found.map((finding) => [finding.path, finding])).values()];
  },
};

/** The condition under which a package of this workspace is read from its source. */
const SOURCE = '@ostiary/source';

/** Source files that the `exports` of a package lead to. */
function entries({ dir, manifest }: Package): readonly string[] {
  return Object.values(manifest.exports ?? {}).flatMap((target) => {
    const source = sourceOf(target);
    return source === undefined ? [] : [join(dir, source)];
  });
}

function sourceOf(target: ExportTarget): string | undefined {
  if (target === null || typeof target === 'string') return undefined;
  const source = target[SOURCE];
  return typeof source === 'string' ? source : undefined;
}

interface Declared {
  readonly path: string;
  readonly name: string;
  readonly file: ts.SourceFile;
  /** All of them: overloads are explained once. */
  readonly nodes: readonly ts.Node[];
}

/** The declarations behind the names that a file exports, here or in the files it takes them from. */
function exported(workspace: Workspace, path: string): readonly Declared[] {
  const file = workspace.source(path);
  const own = declarations(file, path).filter(({ nodes }) => nodes.some(isExported));
  const taken = file.statements.filter(ts.isExportDeclaration).flatMap((statement) => {
    const from = statement.moduleSpecifier;
    if (from === undefined || !ts.isStringLiteral(from) || !from.text.startsWith('.')) return [];
    const there = exported(workspace, join(dirname(path), from.text));
    const names = statement.exportClause;
    if (names === undefined || !ts.isNamedExports(names)) return there;
    const wanted = names.elements.map(({ name, propertyName }) => (propertyName ?? name).text);
    return there.filter(({ name }) => wanted.includes(name));
  });
  return [...own, ...taken];
}

function declarations(file: ts.SourceFile, path: string): readonly Declared[] {
  const byName = new Map<string, ts.Node[]>();
  for (const statement of file.statements) {
    for (const name of namesOf(statement)) byName.set(name, [...(byName.get(name) ?? []), statement]);
  }
  return [...byName].map(([name, nodes]) => ({ path, name, file, nodes }));
}

function namesOf(statement: ts.Statement): readonly string[] {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.flatMap(({ name }) => (ts.isIdentifier(name) ? [name.text] : []));
  }
  const isDeclaration =
    ts.isFunctionDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement);
  return isDeclaration && statement.name !== undefined ? [statement.name.text] : [];
}

const isExported = (node: ts.Node): boolean =>
  ts.canHaveModifiers(node) && (ts.getModifiers(node) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);

function checkDeclaration({ path, name, file, nodes }: Declared): readonly Finding[] {
  if (nodes.some((node) => ts.getJSDocCommentsAndTags(node).length > 0)) return [];
  const line = lineOf(file, nodes[0]?.getStart(file) ?? 0);
  const problem = `${name} is exported by the package and has no docstring.`;
  return [{ path: `${path}:${line}`, problem, remedy: 'Say what it is or does, in a comment that begins with /**.' }];
}
