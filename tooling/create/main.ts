/**
 * Makes a package that builds and whose tests pass, to be changed from there.
 *
 *   pnpm create:connector NAME
 *   pnpm create:storage NAME
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createPackage, isKind, type Kind, kinds } from './create.ts';
import { listInReadme } from './list-in-readme.ts';

const root = dirname(dirname(import.meta.dirname));

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}

function create(kind: Kind, name: string): void {
  try {
    for (const path of createPackage({ root, kind, name })) console.log(path);
    const readme = join(root, 'README.md');
    writeFileSync(readme, listInReadme(readFileSync(readme, 'utf8'), kind, name));
  } catch (error) {
    fail(error instanceof Error ? error.message : String(error));
  }
}

function pnpm(...args: readonly string[]): void {
  const options = { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' } as const;
  const { status, error } = spawnSync('pnpm', args, options);
  if (status === 0) return;
  const reason = error === undefined ? 'see above' : error.message;
  fail(`The files are written, but pnpm ${args.join(' ')} failed: ${reason}. Run it again.`);
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
if (kind === 'connector') pnpm('run', '--silent', 'docs:connectors');
console.log(`
${prefix}${name} is ready. Next:
  pnpm vitest run --project unit ${folder}/${name}
  ${kind === 'connector' ? 'pnpm docs:connectors, when its options have changed' : 'describe its options in docs/configuration.md'}
  register it in apps/server (package.json, src/plug-ins.ts), if the server is to have it
  CONTRIBUTING.md says what else belongs to a ${kind}`);
