/**
 * Brings the workspace to life on a machine that has only git, Node >= 20 and npm: the pinned pnpm (through npx unless
 * it is on PATH already), the pinned Node (an npm package, so `node_modules/.bin/node` is the one that runs everything
 * after this file), the dependencies and the build. Plain JavaScript without dependencies, because nothing is installed yet.
 *
 *   node tooling/bootstrap/bootstrap.mjs install      dependencies only
 *   node tooling/bootstrap/bootstrap.mjs build        dependencies and build
 *   node tooling/bootstrap/bootstrap.mjs exec CMD..   run a command of the workspace
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const pin = manifest.devEngines.packageManager.version;
const isWindows = process.platform === 'win32';
const stampFile = join(root, 'node_modules', '.bootstrap-stamp');
const bin = join(root, 'node_modules', '.bin');

function fail(message) {
  console.error(`ostiary: ${message}`);
  process.exit(1);
}

/** npm's own npm_* variables would reconfigure pnpm; only where packages come from may pass. */
function cleanEnvironment() {
  const env = {};
  const foreign =
    /^npm_(config_(?!cache|registry|cafile|https?_proxy|proxy|noproxy)|package_|lifecycle_|command|execpath|node_execpath)/i;
  for (const [name, value] of Object.entries(process.env)) if (!foreign.test(name)) env[name] = value;
  env.PATH = [bin, process.env.PATH].join(delimiter);
  env.TURBO_TELEMETRY_DISABLED = '1';
  env.DO_NOT_TRACK = '1';
  return env;
}

function pnpmCommand() {
  const own = spawnSync('pnpm', ['--version'], { cwd: tmpdir(), shell: isWindows, encoding: 'utf8' });
  return own.status === 0 && own.stdout.trim() === pin ? ['pnpm'] : ['npx', '--yes', '--prefer-offline', `pnpm@${pin}`];
}

function run(command, onFailure) {
  const result = spawnSync(command[0], command.slice(1), {
    cwd: root,
    stdio: 'inherit',
    shell: isWindows,
    env: cleanEnvironment(),
  });
  if (result.error) fail(`cannot run ${command[0]}: ${result.error.message}. Is it on your PATH?`);
  if (result.status !== 0) fail(onFailure);
}

/** True when the installed tree belongs to these very manifests, so that a warm start asks nobody anything. */
function fingerprint() {
  const hash = createHash('sha256').update(`${pin} ${process.platform} ${process.arch}`);
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json'])
    hash.update(readFileSync(join(root, file)));
  return hash.digest('hex');
}

function install(pnpm) {
  // A stray `npm install` leaves this file, and turbo refuses to work beside it.
  rmSync(join(root, 'package-lock.json'), { force: true });
  const wanted = fingerprint();
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === wanted) return;
  run(
    [...pnpm, 'install', '--frozen-lockfile', '--prefer-offline', '--reporter=append-only'],
    'installing the dependencies failed. The first run needs the npm registry; check the network or your npm proxy settings, then run the same command again.',
  );
  mkdirSync(dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, wanted);
}

/** The pinned Node if it could be installed, else the one that runs this file, if it is new enough. */
function checkNode() {
  if (existsSync(join(bin, isWindows ? 'node.cmd' : 'node'))) return;
  if (Number(process.versions.node.split('.')[0]) >= 24) return;
  fail(
    `the bundled Node 24 is not available for ${process.platform}-${process.arch}. Install Node 24 or newer and run again.`,
  );
}

function execute(pnpm, args) {
  const command = args[0] === 'node' ? args : [...pnpm, 'exec', ...args];
  const child = spawn(command[0], command.slice(1), {
    cwd: root,
    stdio: 'inherit',
    shell: isWindows,
    env: cleanEnvironment(),
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => fail(`cannot run ${command[0]}: ${error.message}`));
  child.on('exit', (code, signal) => process.exit(code ?? (signal ? 143 : 1)));
}

if (Number(process.versions.node.split('.')[0]) < 20) fail(`Node 20 or newer is needed, this is ${process.version}.`);
const [verb, ...rest] = process.argv.slice(2);
const pnpm = pnpmCommand();
if (verb === 'install') install(pnpm);
else if (verb === 'build') {
  install(pnpm);
  checkNode();
  run([...pnpm, 'exec', 'turbo', 'run', 'build', '--output-logs=errors-only'], 'the build failed, see above.');
} else if (verb === 'exec' && rest.length > 0) execute(pnpm, rest);
else fail('usage: bootstrap.mjs install | build | exec COMMAND [ARGUMENT ...]');
