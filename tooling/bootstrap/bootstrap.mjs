/**
 * Brings the workspace to life on a machine that has only git, Node >= 20 and npm: the pinned pnpm (through npx unless
 * it is on PATH already), the pinned Node (an npm package, so `node_modules/.bin/node` is the one that runs everything
 * after this file), the dependencies and the build. Plain JavaScript without dependencies, because nothing is installed yet.
 *
 *   node tooling/bootstrap/bootstrap.mjs install      dependencies only
 *   node tooling/bootstrap/bootstrap.mjs build        dependencies and build
 *   node tooling/bootstrap/bootstrap.mjs build-programs   the same without declarations, which no program needs to run
 *   node tooling/bootstrap/bootstrap.mjs exec CMD..   run a command of the workspace
 *
 * What goes wrong is said in one last line that begins with `ostiary:`; the exit code is then not 0.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const pin = manifest.devEngines.packageManager.version;
const isWindows = process.platform === 'win32';
const stampFile = join(root, 'node_modules', '.bootstrap-stamp');
const bin = join(root, 'node_modules', '.bin');
const oldestNode = 20;
/** The Node for what runs after this file: it runs TypeScript as it is. */
const ownNode = 24;

function fail(message) {
  console.error(`ostiary: ${message}`);
  process.exit(1);
}

const majorOf = (version) => Number(version.replace(/^v/, '').split('.')[0]);

/**
 * How long npm and pnpm try. With their own values a machine without a network, or a registry that takes a call and never
 * answers, means minutes of silence. The timeout is for an answer to begin, so a slow download is not cut off.
 */
const patience = {
  fetch_timeout: '60000',
  fetch_retries: '2',
  fetch_retry_mintimeout: '200',
  fetch_retry_maxtimeout: '1000',
};

/** npm's own npm_* variables would reconfigure pnpm; only where packages come from, and how long to try, may pass. */
function cleanEnvironment() {
  const env = {};
  for (const [name, value] of Object.entries(patience)) {
    env[`npm_config_${name}`] = value;
    env[`pnpm_config_${name}`] = value;
  }
  const foreign =
    /^npm_(config_(?!cache|registry|cafile|https?_proxy|proxy|noproxy|fetch_)|package_|lifecycle_|command|execpath|node_execpath)/i;
  for (const [name, value] of Object.entries(process.env)) if (!foreign.test(name)) env[name] = value;
  env.PATH = [bin, process.env.PATH].join(delimiter);
  env.TURBO_TELEMETRY_DISABLED = '1';
  env.DO_NOT_TRACK = '1';
  return env;
}

const startOptions = () => ({ cwd: root, shell: isWindows, env: cleanEnvironment() });

function pnpmCommand() {
  // From outside the workspace: pnpm would otherwise obey a pin in it before it tells its version.
  const own = spawnSync('pnpm', ['--version'], { cwd: tmpdir(), shell: isWindows, encoding: 'utf8' });
  if (own.status === 0 && own.stdout.trim() === pin) return ['pnpm'];
  return ['npx', '--yes', '--prefer-offline', `pnpm@${pin}`];
}

/** Passes the signals of the terminal or of a supervisor on to a child. */
function start(command, stdio) {
  const child = spawn(command[0], command.slice(1), { ...startOptions(), stdio });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', ({ code, message }) =>
    fail(code === 'ENOENT' ? `${command[0]} was not found. Is it installed and on your PATH?` : message),
  );
  return child;
}

/** Shows what a command says, line by line, and answers its exit code with all it said. */
async function runAndListen(command) {
  const child = start(command, ['inherit', 'pipe', 'pipe']);
  const said = [];
  const listen = async (from, to) => {
    for await (const line of createInterface({ input: from })) {
      said.push(line);
      // pnpm runs on the Node of the machine and complains once per package; all else runs on the Node it installs.
      if (!line.includes('Unsupported engine')) to.write(`${line}\n`);
    }
  };
  const ended = new Promise((resolve) => child.on('close', (code) => resolve(code ?? 1)));
  const [code] = await Promise.all([ended, listen(child.stdout, process.stdout), listen(child.stderr, process.stderr)]);
  // pnpm breaks its sentences at the edge of the terminal and draws a line before the rest.
  return { code, said: said.join('\n').replace(/\n[\s│]*/g, ' ') };
}

/** What stands behind a failed installation, by what npm and pnpm (which says what Rust says) are known to say. */
const reasons = [
  { signs: /ENOSPC|No space left on device/, message: 'the disk is full.' },
  {
    signs: /EACCES|EPERM|EROFS|Permission denied|Operation not permitted|Read-only file system/,
    message: 'a file cannot be written. Does this folder, or ~/.npm, belong to somebody else, or is it read-only?',
  },
  {
    signs: /SELF_SIGNED_CERT|UNABLE_TO_(?:GET_ISSUER|VERIFY)|CERT_HAS_EXPIRED|UnknownIssuer|invalid peer certificate/,
    message:
      'the certificate of the npm registry is not trusted. Set NODE_EXTRA_CA_CERTS, or cafile in your npm settings.',
  },
  {
    signs: /\bE50\d\b|Internal Server Error|Bad Gateway|Service Unavailable|Gateway Time-?out/,
    message: 'the npm registry, or a proxy before it, has a fault (it answers 5xx). Try again later.',
  },
  {
    signs: /timed out|network timeout|ETIMEDOUT|ERR_SOCKET_TIMEOUT/,
    message:
      'the npm registry does not answer in time. Check the network or the proxy settings of npm, then run this again.',
  },
  {
    signs:
      /EAI_AGAIN|ENOTFOUND|ECONNREFUSED|ENETUNREACH|ECONNRESET|META_FETCH_FAIL|NETWORK_ERROR|dns error|Connection refused|Network is unreachable/,
    message:
      'the npm registry cannot be reached. The first run needs it: check the network or the proxy settings of npm.',
  },
  {
    signs: /OUTDATED_LOCKFILE|LOCKFILE_CONFIG_MISMATCH/,
    message:
      'pnpm-lock.yaml does not fit the package.json files. Run pnpm install --no-frozen-lockfile and commit the lockfile.',
  },
];

/** True when the installed tree belongs to these very manifests, so that a warm start asks nobody anything. */
function fingerprint() {
  const hash = createHash('sha256').update(`${pin} ${process.platform} ${process.arch}`);
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json'])
    hash.update(readFileSync(join(root, file)));
  return hash.digest('hex');
}

async function install(pnpm) {
  // A stray `npm install` leaves this file, and turbo refuses to work beside it.
  rmSync(join(root, 'package-lock.json'), { force: true });
  const wanted = fingerprint();
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === wanted) return;
  console.log(`Fetching pnpm ${pin} and the dependencies, as far as they are not on this machine yet ...`);
  const args = ['install', '--frozen-lockfile', '--prefer-offline', '--reporter=append-only'];
  const { code, said } = await runAndListen([...pnpm, ...args]);
  if (code !== 0) {
    const reason = reasons.find(({ signs }) => signs.test(said));
    fail(reason?.message ?? 'installing the dependencies failed, see above.');
  }
  mkdirSync(dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, wanted);
}

/** The pinned Node if it could be installed, else the one that runs this file, if it is new enough. */
function checkNode() {
  if (existsSync(join(bin, isWindows ? 'node.cmd' : 'node')) || majorOf(process.version) >= ownNode) return;
  const platform = `${process.platform}-${process.arch}`;
  fail(`the bundled Node ${ownNode} is not available for ${platform}. Install Node ${ownNode} or newer and run again.`);
}

async function build(pnpm, what) {
  await install(pnpm);
  checkNode();
  if (what === 'programs') process.env.OSTIARY_BUILD = what;
  const child = start([...pnpm, 'exec', 'turbo', 'run', 'build', '--output-logs=errors-only'], 'inherit');
  const code = await new Promise((resolve) => child.on('close', resolve));
  if (code !== 0) fail('the build failed, see above.');
}

function execute(pnpm, args) {
  if (!existsSync(bin)) fail('the dependencies are not installed. Run: node tooling/bootstrap/bootstrap.mjs install');
  const child = start(args[0] === 'node' ? args : [...pnpm, 'exec', ...args], 'inherit');
  child.on('close', (code, signal) => process.exit(code ?? (signal ? 143 : 1)));
}

if (majorOf(process.version) < oldestNode) fail(`Node ${oldestNode} or newer is needed, this is ${process.version}.`);
const [verb, ...rest] = process.argv.slice(2);
if (verb === 'install') await install(pnpmCommand());
else if (verb === 'build') await build(pnpmCommand(), 'everything');
else if (verb === 'build-programs') await build(pnpmCommand(), 'programs');
else if (verb === 'exec' && rest.length > 0) execute(pnpmCommand(), rest);
else fail('usage: bootstrap.mjs install | build | build-programs | exec COMMAND [ARGUMENT ...]');
