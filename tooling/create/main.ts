/**
 * Makes a package that builds and whose tests pass, to be changed from there.
 *
 *   pnpm create:connector NAME
 *   pnpm create:storage NAME
 */
import { spawnSync } from 'node:child_process';
import { dirname } from 'node:path';
import { createPackage, isKind, type Kind, kinds } from './create.ts';

const root = dirname(dirname(import.meta.dirname));

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}

function create(kind: Kind, name: string): void {
  try {
    for (const path of createPackage({ root, kind, name })) console.log(path);
  } catch (error) {
    fail(error instanceof Error ? error.message : String(error));
  }
}

function pnpm(...args: readonly string[]): void {
  const { status } = spawnSync('pnpm', args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });
  if (status !== 0) fail(`The files are written, but pnpm ${args.join(' ')} failed: see above, and run it again.`);
}

const [kind, name, ...rest] = process.argv.slice(2);
if (!isKind(kind) || name === undefined || rest.length > 0) {
  fail(`usage: pnpm create:connector NAME | pnpm create:storage NAME`);
}
create(kind, name);
const { folder, prefix } = kinds[kind];
pnpm('install', '--no-frozen-lockfile', '--prefer-offline', '--reporter=silent');
// Where lines break and how imports are sorted depends on the name.
pnpm('exec', 'biome', 'check', '--write', '--log-level=error', `${folder}/${name}`);
console.log(`
${prefix}${name} is ready. Next:
  pnpm vitest run --project unit ${folder}/${name}
  ${kind === 'connector' ? 'pnpm docs:connectors, for docs/connectors.md' : 'describe its options in docs/configuration.md'}
  register it in apps/server (package.json, src/plug-ins.ts), if the server is to have it
  add a line to the table of packages in README.md
  CONTRIBUTING.md says what else belongs to a ${kind}`);
