import { spawn } from 'node:child_process';
import { once as onceOf } from 'node:events';
import { open, readdir, readFile, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { getPriority } from 'node:os';
import { join } from 'node:path';
import { freePort, runCommand, startProcess, startScripted, temporaryFolder } from '@ostiary/tooling-servers';
import { describe, expect, it } from 'vitest';
import { logIn, refresh, startBuiltServer, typePassword } from './built-server.ts';

const main = join(import.meta.dirname, '..', 'dist', 'main.js');

async function run(args: readonly string[]): Promise<{ exitCode: number | null; stdout: string; stderr: string }> {
  return runCommand({ command: process.execPath, args: [main, ...args] });
}

/** A connection of its own, gone after the answer. */
const once = { headers: { connection: 'close' } };
const statusOf = async (url: string): Promise<number> => (await fetch(url, once)).status;

/** Name and nice value of each thread, as proc(5) shows them. */
async function threadsOf(pid: number): Promise<readonly { readonly name: string; readonly nice: number }[]> {
  const ids = await readdir(`/proc/${pid}/task`);
  return Promise.all(
    ids.map(async (id) => {
      const [, name = '', rest = ''] =
        /\((.*)\) (.*)/.exec(await readFile(`/proc/${pid}/task/${id}/stat`, 'utf8')) ?? [];
      return { name, nice: Number(rest.split(' ')[16]) };
    }),
  );
}

describe('the built server', () => {
  it('ends in order and keeps what it was told', async () => {
    await using built = await startBuiltServer();
    const { refresh_token: token } = await logIn(built.url);
    await built.server.restart();
    expect(built.server.log()).toContain('server.stopping');
    expect(await refresh(built.url, token)).toMatchObject({ status: 200 });
  });

  it('on SIGTERM says that it is not ready, and still answers whoever does not know, without a connection before', async () => {
    const telemetry = `127.0.0.1:${await freePort()}`;
    await using built = await startBuiltServer({ more: `telemetry: { http: "${telemetry}" }` });
    const ready = () => statusOf(`http://${telemetry}/healthz/ready`);
    expect(await ready()).toBe(200);
    process.kill(built.server.pid, 'SIGTERM');
    await expect.poll(() => built.server.log(), { interval: 5 }).toContain('server.stopping');
    const answers = [ready(), statusOf(`${built.url}/healthz`), statusOf(`${built.url}/keys`)];
    expect(await Promise.all(answers)).toEqual([503, 500, 200]);
    await expect.poll(() => built.server.log(), { timeout: 5_000 }).toMatch(/listener\.closed.* name=web\.http/);
    await expect(fetch(built.url, once)).rejects.toThrow();
  });

  it('has the warnings of Node in its log', async () => {
    const warning = "setInterval(() => process.emitWarning('of a test'), 100).unref()";
    const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(warning)}` };
    await using built = await startBuiltServer({ env });
    await expect.poll(() => built.server.log(), { timeout: 5_000 }).toMatch(/level=WARN msg=node\.warning .*of a test/);
  });

  it('says of which request a connector writes into the log', async () => {
    const dn = 'uid=jane,ou=p';
    await using directory = await startScripted(({ kind, name }) =>
      kind === 'search' ? { code: 0, dn } : { code: name === dn ? 53 : 0 },
    );
    const search = '{ baseDN: "ou=p", username: uid, idAttr: uid, emailAttr: uid }';
    const config = `{ host: "${directory.host}", insecureNoSSL: true, userSearch: ${search} }`;
    await using built = await startBuiltServer({
      connector: `{ type: ldap, id: ldap, name: LDAP, config: ${config} }`,
    });
    expect(await typePassword(built.url, 'ldap', { login: 'jane', password: 'a-password' })).toBe(401);
    const log = () => built.server.log();
    await expect.poll(log, { timeout: 5_000 }).toMatch(/msg=http\.request .*method=POST/);
    const [, id] = /msg=http\.request .*requestId=(\S+) method=POST/.exec(log()) ?? [];
    expect(log()).toContain(`msg=ldap.account_refused connector=ldap requestId=${id} `);
  });

  it('counts requests, events and calls of the storage where they can be read', async () => {
    const telemetry = `127.0.0.1:${await freePort()}`;
    await using built = await startBuiltServer({ more: `telemetry: { http: "${telemetry}" }` });
    await logIn(built.url);
    const counted = await (await fetch(`http://${telemetry}/metrics`, once)).text();
    expect(counted).toContain('http_requests_total{code="200",method="post",handler="/token"} 1');
    expect(counted).toContain('ostiary_events_total{event="token.issued",level="info"} 1');
    expect(counted).toMatch(/ostiary_storage_duration_seconds_count\{verb="put",outcome="ok"\} [1-9]/);
    expect(counted).toContain('ostiary_connectors{state="open"} 1');
  });

  it('ends at once and well on SIGTERM while it waits for a storage that is silent', async () => {
    await using folder = await temporaryFolder('silent');
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const asked = new Promise<Socket>((resolve) => silent.once('connection', resolve));
    const { port } = silent.address() as AddressInfo; // a server on a TCP port has no other kind of address
    const config = `issuer: http://127.0.0.1:5556/dex\nstorage: { type: redis, config: { port: ${port} } }
web: { http: "127.0.0.1:${await freePort()}" }\nconnectors: [{ type: mockCallback, id: mock, name: Mock }]`;
    const args = [main, 'serve', await folder.write('c.yaml', config)];
    await using starting = await startProcess({ name: 'ostiary', command: process.execPath, args });
    const socket = await asked;
    const told = performance.now();
    process.kill(starting.pid, 'SIGTERM');
    expect(await starting.exited).toEqual({ code: 0, signal: null });
    expect(performance.now() - told).toBeLessThan(3_000); // Redis would be given up after more than six seconds
    expect(starting.log()).toContain('during=start');
    socket.destroy();
    silent.close();
  });

  it('says in one line that its port is taken', async () => {
    await using built = await startBuiltServer();
    await using folder = await temporaryFolder('taken');
    const config = `issuer: ${built.url}\nstorage: { type: memory }\nweb: { http: "${new URL(built.url).host}" }
connectors: [{ type: mockCallback, id: mock, name: Mock }]`;
    const { exitCode, stderr } = await run(['serve', await folder.write('c.yaml', config)]);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/in use/);
    expect(stderr).not.toMatch(/ at .*\.js:\d+/);
  });

  it.runIf(process.platform === 'linux')('signs on threads that give way to the one that answers', async () => {
    await using built = await startBuiltServer();
    const threads = await threadsOf(built.server.pid);
    const pool = threads.filter(({ name }) => name === 'libuv-worker');
    expect(pool).toEqual(Array(4).fill({ name: 'libuv-worker', nice: getPriority() + 5 }));
    const others = new Set(threads.filter((thread) => !pool.includes(thread)).map(({ nice }) => nice));
    expect(others).toEqual(new Set([getPriority()]));
  });

  it('does not end on SIGHUP', async () => {
    await using built = await startBuiltServer();
    process.kill(built.server.pid, 'SIGHUP');
    expect((await fetch(`${built.url}/healthz`)).status).toBe(200);
  });
});

describe('ostiary version', () => {
  it('prints the same as a command and as an option', async () => {
    const command = await run(['version']);
    expect(command).toMatchObject({ exitCode: 0, stderr: '', stdout: expect.stringMatching(/^Ostiary Version: \d/) });
    expect(await run(['--version'])).toEqual(command);
  });
});

describe('ostiary check', () => {
  it('says all problems at once, each with its path', async () => {
    await using folder = await temporaryFolder('check');
    const config = `issuer: nonsense\nstorage: { type: floppy }\nweb: { http: "127.0.0.1:${await freePort()}" }
staticClients: [{ id: a, name: A }]\nconectors: []`;
    const { exitCode, stderr, stdout } = await run(['check', await folder.write('c.yaml', config)]);
    expect(exitCode).toBe(1);
    for (const path of ['issuer', 'storage.type', 'staticClients[0]', 'conectors'])
      expect(stderr + stdout).toContain(path);
    expect(stderr + stdout).toContain('connectors');
  });

  it.runIf(process.platform === 'linux')('ends also when nobody can be told', async () => {
    await using full = await open('/dev/full', 'w');
    const child = spawn(process.execPath, [main, 'check', '/no/such/file'], { stdio: ['ignore', 'ignore', full.fd] });
    const late = setTimeout(() => child.kill('SIGKILL'), 20_000);
    expect(await onceOf(child, 'exit')).toEqual([1, null]);
    clearTimeout(late);
  });

  it('refuses a file that is not UTF-8', async () => {
    await using folder = await temporaryFolder('check');
    const file = join(folder.path, 'c.yaml');
    await writeFile(file, Buffer.from('issuer: https://login.example.com\nfrontend: { issuer: Bücher }\n', 'latin1'));
    const { exitCode, stderr } = await run(['check', file]);
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: `ostiary: ${file} is not UTF-8 (line 2). Save it as UTF-8.\n`,
    });
  });

  it('accepts the example that npm start runs', async () => {
    const demo = join(import.meta.dirname, '..', 'examples', 'demo.yaml');
    const { exitCode, stderr } = await run(['check', demo]);
    expect(exitCode, stderr).toBe(0);
  });

  it('has the same exit code and no more to say when nobody reads to the end', async () => {
    const demo = join(import.meta.dirname, '..', 'examples', 'demo.yaml');
    const args = ['-o', 'pipefail', '-c', '"$@" | true', 'bash', process.execPath, main, 'check', demo];
    expect(await runCommand({ command: 'bash', args })).toMatchObject({ exitCode: 0, stderr: '' });
  });
});
