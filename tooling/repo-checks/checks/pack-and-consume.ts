/**
 * Installs the packed packages into an empty project, as a stranger would, and uses every export: this Node and the
 * oldest that they run on must load it, and TypeScript must find its types. The tests of the packages read sources; only
 * this check sees what is published.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import type { Check, Finding } from '../check.ts';
import { type NodeRelease, nodeReleases } from '../nodes.ts';
import { type Packer, run, runPnpm, saidBy, type Tarball, temporaryFolder } from '../packing.ts';
import type { Package, Workspace } from '../workspace.ts';

/** Makes the check `pack-and-consume`. */
export const packAndConsume = (pack: Packer): Check => ({
  name: 'pack-and-consume',
  run: async (workspace) => {
    const tarballs = await pack(workspace);
    const project = temporaryFolder('consumer');
    let nodes: readonly NodeRelease[];
    try {
      nodes = await nodeReleases();
      await install(workspace, tarballs, project);
    } catch (error) {
      const remedy = 'Try `pnpm add` of the packed packages in an empty folder.';
      return [{ path: 'package.json', problem: `the packed packages cannot be installed: ${saidBy(error)}`, remedy }];
    }
    const entries = tarballs.flatMap(({ pkg }) => entriesOf(pkg));
    const found = [...compile(entries, project)];
    for (const node of nodes) {
      found.push(...(await load(entries, { project, node })), ...(await start(tarballs, { project, node })));
    }
    return found;
  },
});

interface Entry {
  readonly pkg: Package;
  /** What a user writes behind `from`. */
  readonly specifier: string;
}

function entriesOf(pkg: Package): readonly Entry[] {
  const subpaths = Object.keys(pkg.manifest.exports ?? {}).filter((path) => path !== './package.json');
  return subpaths.map((path) => ({ pkg, specifier: pkg.name + path.slice(1) }));
}

async function install(workspace: Workspace, tarballs: readonly Tarball[], project: string): Promise<void> {
  const settings = parse(workspace.text('pnpm-workspace.yaml')) as {
    readonly catalog?: Readonly<Record<string, string>>;
  };
  const local = Object.fromEntries(tarballs.map(({ pkg, file }) => [pkg.name, `file:${file}`]));
  const beside = ['@types/node', ...tarballs.flatMap(({ pkg }) => optionalPeers(pkg))];
  const pinned = beside.flatMap((name) => (settings.catalog?.[name] ? [[name, settings.catalog[name]] as const] : []));
  const manifest = {
    name: 'consumer',
    private: true,
    type: 'module',
    dependencies: { ...Object.fromEntries(pinned), ...local },
  };
  writeFileSync(join(project, 'package.json'), JSON.stringify(manifest));
  // Our packages name each other by version, and no registry has these versions yet.
  const allowBuilds = (parse(workspace.text('pnpm-workspace.yaml')) as { readonly allowBuilds?: object }).allowBuilds;
  writeFileSync(join(project, 'pnpm-workspace.yaml'), stringify({ packages: ['.'], overrides: local, allowBuilds }));
  await runPnpm(['install', '--prefer-offline', '--ignore-scripts', '--no-frozen-lockfile'], project);
}

function optionalPeers({ manifest }: Package): readonly string[] {
  const meta = (manifest.peerDependenciesMeta ?? {}) as Readonly<Record<string, { readonly optional?: boolean }>>;
  return Object.keys(meta).filter((name) => meta[name]?.optional === true);
}

const failures = z.array(z.object({ specifier: z.string(), message: z.string() }));

interface Place {
  readonly project: string;
  readonly node: NodeRelease;
}

async function load(entries: readonly Entry[], { project, node }: Place): Promise<readonly Finding[]> {
  const specifiers = JSON.stringify(entries.map(({ specifier }) => specifier));
  const program = `const failed = [];
for (const specifier of ${specifiers}) {
  try { await import(specifier); } catch (error) { failed.push({ specifier, message: String(error) }); }
}
process.stdout.write(JSON.stringify(failed));
`;
  writeFileSync(join(project, 'load.mjs'), program);
  const { stdout } = await run('node', ['load.mjs'], { cwd: project, nodeFolder: node.folder });
  return failures.parse(JSON.parse(stdout)).flatMap(({ specifier, message }) =>
    entries
      .filter((entry) => entry.specifier === specifier)
      .map(({ pkg }) => ({
        path: `${pkg.dir}/package.json`,
        problem: `${node.name} cannot load ${specifier} from the packed package: ${message}.`,
        remedy:
          'Look for a dependency that is not declared, a file that is not packed, or what this Node does not have.',
      })),
  );
}

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2024,
  lib: ['lib.es2024.d.ts', 'lib.esnext.disposable.d.ts'],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  strict: true,
  // Also the declarations of the libraries that ours bring along.
  skipLibCheck: false,
  noEmit: true,
};

function compile(entries: readonly Entry[], project: string): readonly Finding[] {
  const lines = entries.map(({ specifier }, index) => `import * as m${index} from '${specifier}';`);
  const file = join(project, 'consumer.ts');
  writeFileSync(file, `${lines.join('\n')}\nexport const all = [${entries.map((_, index) => `m${index}`)}];\n`);
  const host = ts.createCompilerHost(options);
  const types = existsSync(join(project, 'node_modules/@types/node')) ? ['node'] : [];
  const program = ts.createProgram([file], { ...options, types }, { ...host, getCurrentDirectory: () => project });
  return ts.getPreEmitDiagnostics(program).map((diagnostic) => {
    const where = diagnostic.file?.fileName.replace(/^.*\/node_modules\//, '') ?? 'consumer.ts';
    return {
      path: 'package.json',
      problem: `types of the packed packages: ${where}: ${ts.flattenDiagnosticMessageText(diagnostic.messageText, ' ')}`,
      remedy: 'Correct the declarations, or declare the package they come from.',
    };
  });
}

/** Every program that is installed can say how it is used. */
async function start(tarballs: readonly Tarball[], { project, node }: Place): Promise<readonly Finding[]> {
  const found: Finding[] = [];
  for (const { pkg } of tarballs) {
    const { bin = {} } = pkg.manifest;
    for (const name of typeof bin === 'string' ? [pkg.name] : Object.keys(bin)) {
      try {
        await run(join(project, 'node_modules/.bin', name), ['--help'], { cwd: project, nodeFolder: node.folder });
      } catch (error) {
        const problem = `the installed program "${name} --help" fails with ${node.name}: ${saidBy(error)}`;
        found.push({ path: `${pkg.dir}/package.json`, problem, remedy: 'Run it from the packed package.' });
      }
    }
  }
  return found;
}
