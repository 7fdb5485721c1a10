/** Published packages have the same fields, the same files, and plug-ins those of their template. */
import { matchesGlob } from 'node:path/posix';
import { isDeepStrictEqual } from 'node:util';
import type { Check, Finding } from '../check.ts';
import {
  exportConditions,
  filledFields,
  fixedFields,
  optionalFiles,
  requiredFiles,
  requiredScripts,
  templateOf,
} from '../data/package-shape.ts';
import type { ExportTarget, Package, Workspace } from '../workspace.ts';

export const packageShape: Check = {
  name: 'package-shape',
  run: (workspace) =>
    workspace.packages
      .filter((pkg) => pkg.published)
      .flatMap((pkg) => [
        ...checkFields(pkg),
        ...checkExports(pkg),
        ...checkFiles(pkg),
        ...checkReadme(workspace, pkg),
        ...checkTemplate(workspace, pkg),
      ]),
};

function checkFields(pkg: Package): readonly Finding[] {
  const found: Finding[] = [];
  const object = (problem: string, remedy: string): unknown => found.push(manifestFinding(pkg, problem, remedy));
  const { manifest } = pkg;
  for (const [field, value] of Object.entries(fixedFields)) {
    if (!isDeepStrictEqual(manifest[field], value))
      object(`${field} is not as it should be.`, `Set it to ${JSON.stringify(value)}.`);
  }
  for (const [field, meaning] of Object.entries(filledFields)) {
    if (typeof manifest[field] !== 'string' || manifest[field] === '')
      object(`${field} is missing.`, `It is ${meaning}.`);
  }
  if (!Array.isArray(manifest.files) || !manifest.files.includes('dist')) {
    object('files does not list dist.', 'Copy the field from packages/primitives/package.json.');
  }
  if (isImported(pkg) && typeof manifest.sideEffects !== 'boolean' && !Array.isArray(manifest.sideEffects)) {
    object('sideEffects is missing.', 'Set it to false, or list the files that act when they are imported.');
  }
  const scripts = (manifest.scripts ?? {}) as Readonly<Record<string, string>>;
  for (const script of requiredScripts) {
    if (!Object.hasOwn(scripts, script))
      object(`the script "${script}" is missing.`, 'Copy it from packages/primitives.');
  }
  return found;
}

/** False for a program that exports nothing but its package.json. */
const isImported = ({ manifest }: Package): boolean =>
  Object.keys(manifest.exports ?? {}).some((path) => path !== './package.json');

function checkExports(pkg: Package): readonly Finding[] {
  const { exports: entries, bin } = pkg.manifest;
  if (entries === undefined) {
    if (bin !== undefined) return [];
    return [manifestFinding(pkg, 'it offers nothing: no exports and no bin.', 'Declare the public files in exports.')];
  }
  const own = entries['./package.json'] === './package.json';
  const missing = own
    ? []
    : [
        manifestFinding(
          pkg,
          'exports lacks ./package.json, which tools read.',
          'Add "./package.json": "./package.json".',
        ),
      ];
  const wrong = Object.entries(entries).filter(([path, target]) => path !== './package.json' && !isSound(target));
  return [
    ...missing,
    ...wrong.map(([path]) =>
      manifestFinding(
        pkg,
        `exports["${path}"] has not the conditions ${exportConditions.join(', ')}, in this order.`,
        'Point them to ./src/*.ts, ./dist/*.d.ts and ./dist/*.js of the same name.',
      ),
    ),
  ];
}

/** The three conditions in their order, all naming the same file below src and dist. */
function isSound(target: ExportTarget): boolean {
  if (target === null || typeof target === 'string') return false;
  if (!isDeepStrictEqual(Object.keys(target), exportConditions)) return false;
  const [source, types, code] = exportConditions.map((condition) => String(target[condition]));
  const stem = source?.match(/^\.\/src\/(.+)\.tsx?$/)?.[1];
  return types === `./dist/${stem}.d.ts` && code === `./dist/${stem}.js`;
}

function checkFiles(pkg: Package): readonly Finding[] {
  const missing = requiredFiles.filter((file) => !pkg.files.includes(`${pkg.dir}/${file}`));
  return missing.map((file) => ({
    path: `${pkg.dir}/${file}`,
    problem: 'the file is missing.',
    remedy: 'Write it; packages/primitives shows the form.',
  }));
}

function checkReadme(workspace: Workspace, pkg: Package): readonly Finding[] {
  const path = `${pkg.dir}/README.md`;
  const text = workspace.text(path);
  if (text === '' || !isImported(pkg) || /^```ts\b(?! no-check)/m.test(text)) return [];
  const remedy = 'Show one complete example in a ```ts block; docs-examples compiles it.';
  return [{ path, problem: 'there is no example.', remedy }];
}

function checkTemplate(workspace: Workspace, pkg: Package): readonly Finding[] {
  const rule = templateOf.find(({ dir }) => matchesGlob(pkg.dir, dir));
  if (rule === undefined) return [];
  const names = workspace.files.filter((file) => file.startsWith(`${rule.template}/`));
  if (names.length === 0) {
    const remedy = 'Put the template there, or correct data/package-shape.ts.';
    return [{ path: rule.template, problem: `there is no template for ${pkg.dir}.`, remedy }];
  }
  const expected = names.map((file) => file.slice(rule.template.length + 1));
  const missing = expected.filter(
    (file) =>
      !pkg.files.includes(`${pkg.dir}/${file}`) &&
      // The same test against a real server has the name that says so.
      !pkg.files.includes(`${pkg.dir}/${file.replace(/\.test\.ts$/, '.int.test.ts')}`) &&
      !requiredFiles.includes(file) &&
      !optionalFiles.some((optional) => optional.file === file),
  );
  return missing.map((file) => ({
    path: `${pkg.dir}/${file}`,
    problem: `the file is missing, though ${rule.template} has it.`,
    remedy: 'Put this part of the package under that name, or change the template for all.',
  }));
}

const manifestFinding = (pkg: Package, problem: string, remedy: string): Finding => ({
  path: `${pkg.dir}/package.json`,
  problem,
  remedy,
});
