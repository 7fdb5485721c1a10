/** The first command of a newcomer, in a workspace of one dependency and with an empty home folder. */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const home = mkdtempSync(join(tmpdir(), 'ostiary-bootstrap-'));
const root = join(home, 'workspace');
const real = dirname(dirname(import.meta.dirname));
const pin: unknown = JSON.parse(readFileSync(join(real, 'package.json'), 'utf8')).devEngines.packageManager.version;
const manifest = {
  name: 'newcomer',
  private: true,
  devEngines: { packageManager: { name: 'pnpm', version: pin, onFail: 'ignore' } },
  dependencies: { yaml: '2.9.1' },
};

/** How to reach the network is taken over (proxies, certificates), what npm, pnpm and the desktop set is not. */
const machine = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(npm_|pnpm_|XDG_|VITEST|NODE_OPTIONS|NODE_ENV)/i.test(name)),
);

interface Outcome {
  readonly status: number | null;
  readonly said: string;
  /** The last line, where the reason stands. */
  readonly last: string | undefined;
}

/** A network namespace of its own has no network; only Linux has one, and not every container allows it. */
const canGoOffline = spawnSync('unshare', ['-n', 'true']).status === 0;

function run(command: readonly string[], env: Readonly<Record<string, string>> = {}): Outcome {
  const [file = '', ...args] = command;
  const isolated = { ...machine, HOME: home, ...env };
  const { status, stdout, stderr } = spawnSync(file, args, { cwd: root, env: isolated, encoding: 'utf8' });
  const said = stdout + stderr;
  return { status, said, last: said.trimEnd().split('\n').at(-1) };
}

const bootstrap = (...args: readonly string[]): readonly string[] => [
  'node',
  'tooling/bootstrap/bootstrap.mjs',
  ...args,
];
const offline = (command: readonly string[]): readonly string[] => ['unshare', '-n', ...command];
const writeManifest = (content: object): void => writeFileSync(join(root, 'package.json'), JSON.stringify(content));

/** A PATH with a pnpm of the pinned version first, which does this whatever it is told to do. */
function fakePnpm(script: string): string {
  const folder = mkdtempSync(join(home, 'fake-'));
  const text = `#!/bin/sh\nif [ "$1" = --version ]; then echo ${pin}; else ${script}; fi\n`;
  writeFileSync(join(folder, 'pnpm'), text, { mode: 0o755 });
  return `${folder}${delimiter}${process.env.PATH}`;
}

beforeAll(() => {
  mkdirSync(join(root, 'tooling'), { recursive: true });
  cpSync(join(import.meta.dirname, 'bootstrap.mjs'), join(root, 'tooling/bootstrap/bootstrap.mjs'));
  writeManifest(manifest);
  writeFileSync(join(root, 'pnpm-workspace.yaml'), 'packages: ["."]\n');
  // Where packages come from is the machine's business, and the only thing taken over.
  if (existsSync(join(homedir(), '.npmrc'))) cpSync(join(homedir(), '.npmrc'), join(home, '.npmrc'));
  const { status, said } = run(['npx', '--yes', '--prefer-offline', `pnpm@${pin}`, 'install', '--lockfile-only']);
  if (status !== 0) throw new Error(said);
}, 120_000);

afterAll(() => rmSync(home, { recursive: true, force: true }));

describe('before anything is installed', () => {
  it('says how it is used', () => {
    expect(run(bootstrap())).toMatchObject({ status: 1, last: expect.stringMatching(/^ostiary: usage: /) });
  });

  it('says that a command needs the dependencies', () => {
    expect(run(bootstrap('exec', 'true'))).toMatchObject({
      status: 1,
      last: expect.stringContaining('are not installed'),
    });
  });

  it('says which tool is missing', () => {
    const bare = join(home, 'bare');
    mkdirSync(bare);
    symlinkSync(process.execPath, join(bare, 'node'));
    expect(run(bootstrap('install'), { PATH: bare })).toMatchObject({
      status: 1,
      last: 'ostiary: npx was not found. Is it installed and on your PATH?',
    });
  });

  // Only where a process can be cut off from the network without changing the machine.
  it.skipIf(!canGoOffline)('says within seconds that the registry cannot be reached', () => {
    const started = Date.now();
    const env = { HOME: join(home, 'never-online') };
    expect(run(offline(bootstrap('install')), env)).toMatchObject({
      status: 1,
      last: expect.stringContaining('ostiary: the npm registry cannot be reached.'),
    });
    expect(Date.now() - started).toBeLessThan(40_000);
  });

  it('says that the registry does not answer, when it takes the call and is silent', async () => {
    const mute = createServer().listen(0, '127.0.0.1');
    await once(mute, 'listening');
    const { port } = mute.address() as AddressInfo; // a server on a TCP port has no other kind of address
    const registry = `http://127.0.0.1:${port}/`;
    // Whichever of the two is asked: a pnpm on the PATH, or npm for pnpm.
    const env = {
      HOME: join(home, 'unanswered'),
      npm_config_registry: registry,
      pnpm_config_registry: registry,
      npm_config_fetch_timeout: '500',
      pnpm_config_fetch_timeout: '500',
    };
    expect(run(bootstrap('install'), env)).toMatchObject({
      status: 1,
      said: expect.stringMatching(/^Fetching pnpm /),
      last: expect.stringContaining('ostiary: the npm registry does not answer in time.'),
    });
    mute.close();
  });

  it.each([
    ['Error: Permission denied (os error 13)', 'a file cannot be written'],
    ['× Read-only file system (os error 30)', 'a file cannot be written'],
    ['× No space left\n  │   on device (os error 28)', 'the disk is full'],
    ['npm error code E503', 'the npm registry, or a proxy before it, has a fault'],
    ['GET http://registry.example/yaml: Service\n  │ Unavailable - 503', 'the npm registry, or a proxy before it, has'],
    [
      'ERR_PNPM_RESOLVING_NPM_RESOLVER_NETWORK_ERROR\n × operation timed out',
      'the npm registry does not answer in time',
    ],
    ['tcp connect error: Connection refused (os error 111)', 'the npm registry cannot be reached'],
    ['tcp connect error: Network is\n  │   unreachable (os error 101)', 'the npm registry cannot be reached'],
    ['something else', 'installing the dependencies failed, see above'],
  ])('understands what pnpm says: %j', (words, reason) => {
    const PATH = fakePnpm(`printf '${words}\\n'; exit 1`);
    expect(run(bootstrap('install'), { PATH })).toMatchObject({
      status: 1,
      last: expect.stringContaining(`ostiary: ${reason}`),
    });
  });

  it('says that the lockfile does not fit', () => {
    writeManifest({ ...manifest, dependencies: { ...manifest.dependencies, zod: '4.6.7' } });
    const outcome = run(bootstrap('install'));
    writeManifest(manifest);
    expect(outcome).toMatchObject({ status: 1, last: expect.stringContaining('pnpm-lock.yaml does not fit') });
  });
});

describe('once it has been installed', () => {
  beforeAll(() => {
    const { status, said } = run(bootstrap('install'));
    if (status !== 0) throw new Error(said);
  }, 120_000);

  it('has the dependencies, and asks nobody the second time', () => {
    expect(existsSync(join(root, 'node_modules/yaml'))).toBe(true);
    expect(run(bootstrap('install'))).toMatchObject({ status: 0, said: '' });
  });

  // As above.
  it.skipIf(!canGoOffline)('works without a network', () => {
    expect(run(offline(bootstrap('install')))).toMatchObject({ status: 0 });
    rmSync(join(root, 'node_modules'), { recursive: true });
    expect(run(offline(bootstrap('install')))).toMatchObject({ status: 0 });
    expect(run(offline(bootstrap('exec', 'yaml', '--help')))).toMatchObject({ status: 0 });
  });

  // As above. The tries of pnpm itself: npm has it in its cache.
  it.skipIf(!canGoOffline)('says within seconds that there is no network when the packages are missing', () => {
    rmSync(join(root, 'node_modules'), { recursive: true });
    const nothing = join(home, 'no-store');
    const started = Date.now();
    const outcome = run(offline(bootstrap('install')), { XDG_DATA_HOME: nothing, XDG_CACHE_HOME: nothing });
    expect(outcome).toMatchObject({ status: 1, last: expect.stringContaining('the npm registry cannot be reached.') });
    expect(Date.now() - started).toBeLessThan(40_000);
    expect(run(offline(bootstrap('install')))).toMatchObject({ status: 0 });
  });

  it('passes the exit code of a command on', () => {
    expect(run(bootstrap('exec', 'node', '-e', 'process.exit(7)')).status).toBe(7);
  });

  it('builds declarations only where they are wanted', () => {
    const PATH = fakePnpm('echo "$OSTIARY_BUILD $*"');
    expect(run(bootstrap('build'), { PATH }).last).toBe(' exec turbo run build --output-logs=errors-only');
    expect(run(bootstrap('build-programs'), { PATH }).last).toBe(
      'programs exec turbo run build --output-logs=errors-only',
    );
  });

  it('clears away what a stray npm install leaves', () => {
    writeFileSync(join(root, 'package-lock.json'), '{}');
    run(bootstrap('install'));
    expect(existsSync(join(root, 'package-lock.json'))).toBe(false);
  });

  it('keeps the variables that npm sets away from its commands', () => {
    const code = 'console.log(JSON.stringify(process.env))';
    const env = { npm_config_node_linker: 'hoisted', npm_package_name: 'x', npm_config_cache: join(home, 'cache') };
    const seen: unknown = JSON.parse(run(bootstrap('exec', 'node', '-e', code), env).said);
    expect(seen).toMatchObject({ npm_config_cache: join(home, 'cache'), TURBO_TELEMETRY_DISABLED: '1' });
    expect(seen).not.toHaveProperty('npm_config_node_linker');
    expect(seen).not.toHaveProperty('npm_package_name');
  });

  it('gives npm and pnpm a minute for an answer, or what somebody with a slow network says', () => {
    const script = 'console.log(process.env.npm_config_fetch_timeout, process.env.pnpm_config_fetch_timeout)';
    const timeouts = (env = {}): string => run(bootstrap('exec', 'node', '-e', script), env).said;
    expect(timeouts()).toBe('60000 60000\n');
    expect(timeouts({ npm_config_fetch_timeout: '90000' })).toBe('90000 60000\n');
  });

  it('runs the Node of the workspace before that of the machine', () => {
    const path = run(bootstrap('exec', 'node', '-p', 'process.env.PATH')).said;
    expect(path.split(delimiter)[0]).toBe(join(root, 'node_modules/.bin'));
  });
});
