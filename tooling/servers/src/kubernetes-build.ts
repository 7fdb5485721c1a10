import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { findTool, toolPath } from './requirements.ts';
import { mustRun } from './run-command.ts';

/** Folder of the Go program. */
export const kubernetesSource: string = join(import.meta.dirname, '../../e2e/kubernetes');
const cache = join(import.meta.dirname, '../../../node_modules/.cache/ostiary-kubernetes');
/** `-modcacherw`: who removes a home folder must be able to remove Go's module cache in it. */
const flags = ['-modcacherw', '-ldflags=-s -w'] as const;
const buildTimeoutMs = 15 * 60_000;

/**
 * Builds the Go program of `tooling/e2e/kubernetes`, unless a build of the same sources is there. A first build takes
 * minutes (it compiles the API server's libraries): give the hook that calls it the time.
 *
 * @returns the path of the program
 */
export async function buildKubernetes(): Promise<string> {
  const go = toolPath('go');
  const program = join(cache, `kubernetes-${await sourceHash(go)}`);
  if (existsSync(program)) return program;
  await mkdir(cache, { recursive: true });
  const part = `${program}.${process.pid}`;
  try {
    const build = [go, 'build', ...flags, '-o', part, '.'];
    await mustRun({ ...oneAtATime(build), cwd: kubernetesSource, timeoutMs: buildTimeoutMs });
    await rename(part, program);
  } finally {
    await rm(part, { force: true });
  }
  await removeOthers(program);
  return program;
}

/** Parallel test files wait for one build (Go's own cache serves the rest) instead of compiling side by side. */
function oneAtATime(build: readonly string[]): { command: string; args: readonly string[] } {
  const flock = findTool('flock');
  const [command = '', ...args] = build;
  return flock === undefined ? { command, args } : { command: flock, args: [join(cache, 'lock'), ...build] };
}

async function sourceHash(go: string): Promise<string> {
  const hash = createHash('sha256').update(await mustRun({ command: go, args: ['version'] }));
  hash.update(flags.join(' '));
  const files = (await readdir(kubernetesSource)).filter(
    (name) => /\.go$|^go\.(mod|sum)$/.test(name) && !name.endsWith('_test.go'),
  );
  for (const name of files.sort()) hash.update(`\0${name}\0`).update(await readFile(join(kubernetesSource, name)));
  return hash.digest('hex').slice(0, 16);
}

async function removeOthers(program: string): Promise<void> {
  const old = (await readdir(cache)).filter((name) => /^kubernetes-[0-9a-f]{16}$/.test(name));
  const paths = old.map((name) => join(cache, name)).filter((path) => path !== program);
  await Promise.all(paths.map((path) => rm(path, { force: true })));
}
