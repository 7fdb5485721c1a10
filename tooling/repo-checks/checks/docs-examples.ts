/** Every TypeScript example in the documentation compiles against the packages of this workspace. */
import { dirname, join } from 'node:path';
import { matchesGlob } from 'node:path/posix';
import ts from 'typescript';
import type { Check, Finding } from '../check.ts';
import { splitMarkdown } from '../markdown.ts';
import { isTemplate, type Workspace } from '../workspace.ts';

const documents: readonly string[] = ['*.md', 'docs/**/*.md', 'packages/**/*.md', 'apps/**/*.md', 'tooling/**/*.md'];

/** As strict as the workspace, except for what only clutters an example. */
const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2024,
  lib: ['lib.es2024.d.ts', 'lib.esnext.disposable.d.ts'],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  moduleDetection: ts.ModuleDetectionKind.Force,
  customConditions: ['@ostiary/source'],
  types: ['node'],
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  allowImportingTsExtensions: true,
  noUncheckedSideEffectImports: true,
  skipLibCheck: true,
  noEmit: true,
};

export const docsExamples: Check = {
  name: 'docs-examples',
  run: (workspace) => {
    const paths = workspace.files.filter(
      (file) => !isTemplate(file) && documents.some((glob) => matchesGlob(file, glob)),
    );
    const examples = paths.flatMap((path) => examplesOf(workspace, path));
    const waived = paths.flatMap((path) => unexplainedWaivers(workspace, path));
    return [...waived, ...compile(workspace, examples)];
  },
};

interface Example {
  /** The Markdown file. */
  readonly path: string;
  /** Where the compiler believes the example to be: beside the Markdown file, so that imports resolve from there. */
  readonly file: string;
  readonly code: string;
}

const isExample = (info: string): boolean => /^(ts|typescript)$/.test(info);
const waiver = /^(?:ts|typescript) no-check\b(?<reason>.*)$/;

function examplesOf(workspace: Workspace, path: string): readonly Example[] {
  const blocks = splitMarkdown(workspace.text(path)).blocks.filter(({ info }) => isExample(info));
  return blocks.map(({ code, line }) => ({
    path,
    file: join(workspace.root, dirname(path), `${path.split('/').at(-1)}.${line}.ts`),
    // Empty lines in front make the lines of the example those of the document.
    code: '\n'.repeat(line - 1) + code,
  }));
}

function unexplainedWaivers(workspace: Workspace, path: string): readonly Finding[] {
  const { blocks } = splitMarkdown(workspace.text(path));
  const bare = blocks.filter(({ info }) => info.match(waiver)?.groups?.reason?.trim() === '');
  return bare.map(({ line }) => ({
    path: `${path}:${line - 1}`,
    problem: 'an example is not compiled and does not say why.',
    remedy: 'Write the reason behind no-check, or remove the mark.',
  }));
}

function compile(workspace: Workspace, examples: readonly Example[]): readonly Finding[] {
  const program = ts.createProgram(
    examples.map(({ file }) => file),
    options,
    hostFor(workspace, examples),
  );
  return examples.flatMap(({ path, file }) => {
    const source = program.getSourceFile(file);
    const diagnostics = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    return diagnostics.map((diagnostic) => ({
      path: `${path}:${source && diagnostic.start !== undefined ? source.getLineAndCharacterOfPosition(diagnostic.start).line + 1 : 1}`,
      problem: `the example does not compile: ${ts.flattenDiagnosticMessageText(diagnostic.messageText, ' ')}`,
      remedy: 'Correct it, or mark the block `ts no-check <reason>`.',
    }));
  });
}

/** Files come from the disk, examples from memory. */
function hostFor(workspace: Workspace, examples: readonly Example[]): ts.CompilerHost {
  const codes = new Map(examples.map(({ file, code }) => [file, code]));
  const disk = ts.createCompilerHost(options);
  return {
    ...disk,
    getCurrentDirectory: () => workspace.root,
    fileExists: (file) => codes.has(file) || disk.fileExists(file),
    readFile: (file) => codes.get(file) ?? disk.readFile(file),
    getSourceFile: (file, target) => {
      const code = codes.get(file);
      return code === undefined ? disk.getSourceFile(file, target) : ts.createSourceFile(file, code, target);
    },
    resolveModuleNameLiterals: (...[literals, containing, , , source]) =>
      literals.map((literal) =>
        resolve({
          workspace,
          disk,
          name: literal.text,
          containing,
          isExample: codes.has(containing),
          // Declarations of CommonJS packages import their neighbours without an extension.
          mode: ts.getModeForUsageLocation(source, literal, options),
        }),
      ),
  };
}

interface Question {
  readonly workspace: Workspace;
  readonly disk: ts.CompilerHost;
  readonly name: string;
  readonly containing: string;
  readonly isExample: boolean;
  readonly mode: ts.ResolutionMode;
}

/** A document may show several packages together, so an example finds what any package of the workspace would find. */
function resolve({
  workspace,
  disk,
  name,
  containing,
  isExample,
  mode,
}: Question): ts.ResolvedModuleWithFailedLookupLocations {
  const from = (file: string): ts.ResolvedModuleWithFailedLookupLocations =>
    ts.resolveModuleName(name, file, options, disk, undefined, undefined, isExample ? ts.ModuleKind.ESNext : mode);
  const first = from(containing);
  if (first.resolvedModule || !isExample || name.startsWith('.')) return first;
  const dirs = workspace.packages.map(({ dir }) => join(workspace.root, dir, 'example.ts'));
  return dirs.map(from).find(({ resolvedModule }) => resolvedModule) ?? first;
}
