/**
 * Checks what no linter knows about this repository.
 *
 *   node tooling/repo-checks/main.ts               all checks
 *   node tooling/repo-checks/main.ts NAME [NAME]   these checks
 */
import { execFileSync } from 'node:child_process';
import { homedir } from 'node:os';
import { dirname } from 'node:path';
import type { Check, Finding } from './check.ts';
import { allChecks } from './checks/index.ts';
import { saidBy } from './packing.ts';
import { openWorkspace, type Workspace } from './workspace.ts';

const quiet = { encoding: 'utf8', shell: process.platform === 'win32' } as const;
const root = dirname(dirname(import.meta.dirname));

/** Tracked files and those that are about to be: a file that git ignores is nobody's business. */
function workspaceFiles(): readonly string[] {
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  return execFileSync('git', args, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 26 })
    .split('\0')
    .filter(Boolean);
}

/** What a stray paste would give away about who ran it. */
function ofThisMachine(): readonly { readonly what: string; readonly text: string }[] {
  const configured =
    process.env.npm_config_registry ?? execFileSync('npm', ['config', 'get', 'registry', '--loglevel=silent'], quiet);
  return [
    { what: 'the package registry of this machine', text: new URL(configured.trim()).host },
    { what: 'the folder of this checkout', text: root },
    { what: 'the home folder of this machine', text: `${homedir()}/` },
  ].filter(({ text }) => text.length > 3);
}

function select(checks: readonly Check[], names: readonly string[]): readonly Check[] {
  const unknown = names.find((name) => !checks.some((check) => check.name === name));
  if (unknown !== undefined) {
    console.error(`There is no check "${unknown}". Known: ${checks.map(({ name }) => name).join(', ')}.`);
    process.exit(2);
  }
  return names.length === 0 ? checks : checks.filter(({ name }) => names.includes(name));
}

/** A check that breaks has not passed, and must not keep the others from running. */
async function findingsOf(check: Check, workspace: Workspace): Promise<readonly Finding[]> {
  try {
    return await check.run(workspace);
  } catch (error) {
    const problem = `the check ${check.name} broke: ${saidBy(error)}`;
    return [{ path: 'tooling/repo-checks', problem, remedy: 'Mend the file it stumbles over, or the check.' }];
  }
}

async function passes(check: Check, workspace: Workspace): Promise<boolean> {
  const started = performance.now();
  const findings = await findingsOf(check, workspace);
  for (const { path, problem, remedy } of findings) console.log(`${path}: ${problem} ${remedy}`);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${findings.length === 0 ? 'ok  ' : 'FAIL'} ${check.name} (${seconds} s)`);
  return findings.length === 0;
}

async function main(names: readonly string[]): Promise<void> {
  const selected = select(allChecks({ ofThisMachine: ofThisMachine() }), names);
  const workspace = openWorkspace(root, workspaceFiles());
  let passed = 0;
  for (const check of selected) if (await passes(check, workspace)) passed += 1;
  console.log(`${passed} passed, ${selected.length - passed} failed`);
  if (passed < selected.length) process.exitCode = 1;
}

await main(process.argv.slice(2));
