/**
 * A stand-in of a provider says nothing that the provider does not say. Types see to that, but only where an object has
 * one: TypeScript lets further fields pass in what a callback returns, in what is spread, in a `Record<string, unknown>`.
 * So a made-up field is put into each object of each stand-in, and the type check has to refuse it.
 */
import { join } from 'node:path';
import ts from 'typescript';
import type { Check, Finding } from '../check.ts';
import { lineOf, walk } from '../syntax.ts';
import type { Workspace } from '../workspace.ts';

const standIn = /^packages\/connectors\/[^/]+\/test\/fake-[^/]+\.ts$/;

export const standIns: Check = {
  name: 'stand-ins',
  run(workspace) {
    const paths = workspace.files.filter((path) => standIn.test(path));
    const typeCheck = openTypeCheck(workspace, paths);
    return paths.flatMap((path) => passing(workspace.source(path), path, typeCheck));
  },
};

/** Of a type that no answer has, so that even a table of numbers refuses it. */
const madeUp = ' madeUp: Symbol(),';

/** An object that stands in the source, by the position after its brace. */
interface Place {
  readonly position: number;
  /** How many objects it is inside of. */
  readonly depth: number;
}

/** The errors of a file with another text: where they are. */
type TypeCheck = (path: string, text: string) => readonly number[];

function passing(file: ts.SourceFile, path: string, typeCheck: TypeCheck): readonly Finding[] {
  const places = placesIn(file);
  const before = typeCheck(path, file.text).length;
  // All objects of one depth at a time is quick. The error of an outer one hides those inside, so not all at once.
  const refused = new Set(
    [...new Set(places.map(({ depth }) => depth))].flatMap((depth) =>
      refusedAt(
        file.text,
        places.filter((place) => place.depth === depth),
        (text) => typeCheck(path, text),
      ),
    ),
  );
  // Where one error hides another, as in the arguments of a call, each is looked at by itself.
  const left = places.filter(({ position }) => !refused.has(position));
  const found = left.filter(({ position }) => typeCheck(path, inserted(file.text, [position])).length <= before);
  return found.map(({ position }) => ({
    path: `${path}:${lineOf(file, position)}`,
    problem: 'A made-up field passes the type check in this object.',
    remedy: "Give it the vendor's type, or one of your own with a link to the vendor's description.",
  }));
}

/** Every object in the source, but not what `Object.assign` takes: that puts the stand-in together. */
function placesIn(file: ts.SourceFile): readonly Place[] {
  const found: Place[] = [];
  walk(file, (node) => {
    if (!ts.isObjectLiteralExpression(node) || isAssigned(node, file)) return;
    let depth = 0;
    for (let up: ts.Node = node.parent; !ts.isSourceFile(up); up = up.parent) {
      if (ts.isObjectLiteralExpression(up)) depth += 1;
    }
    found.push({ position: node.getStart(file) + 1, depth });
  });
  return found;
}

const isAssigned = ({ parent }: ts.Node, file: ts.SourceFile): boolean =>
  ts.isCallExpression(parent) && parent.expression.getText(file) === 'Object.assign';

/** The places at which a made-up field is an error, when all have one. */
function refusedAt(text: string, places: readonly Place[], typeCheck: (text: string) => readonly number[]): number[] {
  const positions = places.map(({ position }) => position).toSorted((a, b) => a - b);
  const errors = new Set(typeCheck(inserted(text, positions)));
  // An error is at the name of the field, which moved by what was put in before it.
  return positions.filter((position, index) => errors.has(position + index * madeUp.length + 1));
}

const inserted = (text: string, positions: readonly number[]): string =>
  [...positions, text.length]
    .map((position, index) => text.slice(index === 0 ? 0 : positions[index - 1], position))
    .join(madeUp);

/** Files are read once; only the one that is looked at has another text each time. */
function openTypeCheck({ root }: Workspace, paths: readonly string[]): TypeCheck {
  const options = optionsOf(root);
  const changed = new Map<string, { readonly text: string; readonly version: number }>();
  const service = ts.createLanguageService({
    fileExists: ts.sys.fileExists,
    readFile: ts.sys.readFile,
    directoryExists: ts.sys.directoryExists,
    getDirectories: ts.sys.getDirectories,
    ...(ts.sys.realpath === undefined ? {} : { realpath: ts.sys.realpath }),
    getCompilationSettings: () => options,
    getCurrentDirectory: () => root,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    getScriptFileNames: () => paths.map((path) => join(root, path)),
    getScriptVersion: (name) => String(changed.get(name)?.version ?? 0),
    getScriptSnapshot(name) {
      const text = changed.get(name)?.text ?? ts.sys.readFile(name);
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
    },
  });
  return (path, text) => {
    const name = join(root, path);
    changed.set(name, { text, version: (changed.get(name)?.version ?? 0) + 1 });
    return service.getSemanticDiagnostics(name).map(({ start }) => start ?? -1);
  };
}

function optionsOf(root: string): ts.CompilerOptions {
  const path = join(root, 'tooling/tsconfig/library.json');
  const { config } = ts.readConfigFile(path, ts.sys.readFile);
  return ts.parseJsonConfigFileContent({ ...config, files: [] }, ts.sys, join(root, 'tooling/tsconfig')).options;
}
