import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { findTool, toolPath } from './requirements.ts';
import { mustRun } from './run-command.ts';

/** Folder of the API server and kubectl. */
export const kubernetesSource: string = join(import.meta.dirname, '../../e2e/kubernetes');
/** Folder of the program that knows OpenShift's own types. */
const openshiftSource = join(import.meta.dirname, '../openshift');
/** Folder of the program that calls an API for administrators. */
const dexClientSource = join(import.meta.dirname, '../dex-client');
const cache = join(import.meta.dirname, '../../../node_modules/.cache/ostiary-kubernetes');
/** `-modcacherw`: who removes a home folder must be able to remove Go's module cache in it. */
const flags = ['-modcacherw', '-ldflags=-s -w'] as const;
/** Without C: it needs no compiler but Go's. */
export const goEnvironment: NodeJS.ProcessEnv = { CGO_ENABLED: '0' };
const buildTimeoutMs = 15 * 60_000;

/**
 * Builds the API server of `tooling/e2e/kubernetes`, unless a build of the same sources is there. A first build takes
 * minutes (it compiles the API server's libraries): give the hook that calls it the time.
 *
 * @returns the path of the program
 */
export const buildKubernetes = (): Promise<string> => build('kubernetes', { source: kubernetesSource });

/** Builds the API server of the same folder that keeps custom resources, likewise. */
export const buildCustomResources = (): Promise<string> =>
  build('customresources', { source: kubernetesSource, folder: 'customresources' });

/** Builds the kubectl of the same release, likewise. */
export const buildKubectl = (): Promise<string> => build('kubectl', { source: kubernetesSource, folder: 'kubectl' });

/** Builds the program that reads an answer of OpenShift on its standard input, and fails unless its types describe it. */
export const buildOpenshiftTypes = (): Promise<string> => build('openshift', { source: openshiftSource });

/** Builds the program that makes calls of an API for administrators with the client that Dex publishes for Go. */
export const buildDexClient = (): Promise<string> => build('dexclient', { source: dexClientSource });

interface Program {
  /** Folder of the module. */
  readonly source: string;
  /** Below it. */
  readonly folder?: string;
}

async function build(name: string, { source, folder = '.' }: Program): Promise<string> {
  const go = toolPath('go');
  const program = join(cache, `${name}-${await sourceHash(go, { source, folder })}`);
  if (existsSync(program)) return program;
  await mkdir(cache, { recursive: true });
  const part = `${program}.${process.pid}`;
  try {
    const command = [go, 'build', ...flags, '-o', part, `./${folder}`];
    const env = { ...process.env, ...goEnvironment };
    await mustRun({ ...oneAtATime(command), cwd: source, env, timeoutMs: buildTimeoutMs });
    await rename(part, program);
  } finally {
    await rm(part, { force: true });
  }
  await removeOthers(name, program);
  return program;
}

/** Parallel test files wait for one build (Go's own cache serves the rest) instead of compiling side by side. */
function oneAtATime(line: readonly string[]): { command: string; args: readonly string[] } {
  const flock = findTool('flock');
  const [command = '', ...args] = line;
  return flock === undefined ? { command, args } : { command: flock, args: [join(cache, 'lock'), ...line] };
}

async function sourceHash(go: string, { source, folder }: Required<Program>): Promise<string> {
  const hash = createHash('sha256').update(await mustRun({ command: go, args: ['version'] }));
  hash.update(JSON.stringify([flags, goEnvironment]));
  const sources = (await readdir(join(source, folder))).filter((name) => /(?<!_test)\.go$/.test(name));
  for (const name of ['go.mod', 'go.sum', ...sources.sort().map((file) => join(folder, file))]) {
    hash.update(`\0${name}\0`).update(await readFile(join(source, name)));
  }
  return hash.digest('hex').slice(0, 16);
}

async function removeOthers(name: string, program: string): Promise<void> {
  const builds = (await readdir(cache)).filter((file) => new RegExp(`^${name}-[0-9a-f]{16}$`).test(file));
  const old = builds.map((file) => join(cache, file)).filter((path) => path !== program);
  await Promise.all(old.map((path) => rm(path, { force: true })));
}
