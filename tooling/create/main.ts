/**
 * Makes a package that builds and whose tests pass, to be changed from there.
 *
 *   pnpm create:connector NAME
 *   pnpm create:storage NAME
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { allOrNothing } from './all-or-nothing.ts';
import { type Creation, createPackage, isKind, kinds, placesOf, refuseName } from './create.ts';
import { listInReadme } from './list-in-readme.ts';

const root = dirname(dirname(import.meta.dirname));

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}

function create(creation: Creation): void {
  const { kind, name } = creation;
  const { folder, changeset } = placesOf(creation);
  refuseName(creation);
  const changed = ['README.md', 'docs/connectors.md', 'pnpm-lock.yaml', 'pnpm-workspace.yaml'];
  allOrNothing({ root, added: [folder, changeset], changed }, () => {
    for (const path of createPackage(creation)) console.log(path);
    const readme = join(root, 'README.md');
    writeFileSync(readme, listInReadme(readFileSync(readme, 'utf8'), kind, name));
    pnpm('install', '--no-frozen-lockfile', '--prefer-offline', '--reporter=silent');
    // Where lines break and how imports are sorted depends on the name.
    pnpm('exec', 'biome', 'check', '--write', '--log-level=error', folder);
    if (kind === 'connector') pnpm('run', '--silent', 'docs:connectors');
  });
}

function pnpm(...args: readonly string[]): void {
  const options = { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' } as const;
  const { status, error } = spawnSync('pnpm', args, options);
  if (status === 0) return;
  throw new Error(`pnpm ${args.join(' ')} failed: ${error === undefined ? 'see above' : error.message}.`);
}

const [kind, name, ...rest] = process.argv.slice(2);
if (!isKind(kind) || name === undefined || rest.length > 0) {
  fail(`usage: pnpm create:connector NAME | pnpm create:storage NAME`);
}
// The signal ends the pnpm that runs, and that is a failure like another: what was begun is taken back.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
try {
  create({ root, kind, name });
} catch (error) {
  fail(error instanceof Error ? error.message : String(error));
}
const { folder, prefix } = kinds[kind];
console.log(`
${prefix}${name} is ready. Next:
  pnpm vitest run --project unit ${folder}/${name}
  ${kind === 'connector' ? 'pnpm docs:connectors, when its options have changed' : 'describe its options in docs/configuration.md'}
  register it in apps/server (package.json, src/plug-ins.ts), if the server is to have it
  CONTRIBUTING.md says what else belongs to a ${kind}`);
