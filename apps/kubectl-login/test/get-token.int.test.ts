import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { type Result, runCommand } from '@ostiary/tooling-servers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sessionFiles } from '../src/fast/state-home.ts';
import { type Build, buildPlugin, execInfo, logIn, openWorld, type World } from './support/plugin.ts';
import { startProvider, type TestProvider } from './support/provider.ts';

let build: Build;
beforeAll(async () => {
  build = await buildPlugin();
});
afterAll(() => build[Symbol.asyncDispose]());

interface LoggedIn extends AsyncDisposable {
  readonly provider: TestProvider;
  readonly world: World;
  readonly id: string;
  /** `get-token` with a parent of its own, as under kubectl. */
  ask(env?: Readonly<Record<string, string | undefined>>): Promise<Result>;
  /** Requests of the token endpoint since the login. */
  tokenRequests(): number;
}

async function loggedIn(): Promise<LoggedIn> {
  await using stack = new AsyncDisposableStack();
  const provider = stack.use(await startProvider());
  const world = stack.use(await openWorld(build));
  const id = await logIn(world, provider.issuer);
  const count = (): number => provider.requests.filter((request) => request === 'POST /token').length;
  const before = count();
  const owned = stack.move();
  return {
    provider,
    world,
    id,
    ask: (env = execInfo('v1')) => world.runAlone(['get-token', `--session=${id}`], env),
    tokenRequests: () => count() - before,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** The token of an answer, which must be one object and nothing else. */
function tokenOf({ exitCode, stdout, stderr }: Result): string {
  expect(exitCode, stderr).toBe(0);
  expect(stdout).toMatch(/^\{.*\}\n$/);
  const { kind, status } = JSON.parse(stdout);
  expect(kind).toBe('ExecCredential');
  return status.token;
}

/** One sentence or two for the person, no stack, and nothing for kubectl. */
function refusal({ exitCode, stdout, stderr }: Result): string {
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
  expect(stderr).not.toMatch(/\n\s+at |node:internal/);
  return stderr;
}

const login = (world: World): number => world.browserLog().filter((line) => line.startsWith('opened')).length - 1;

describe('a token that is good', () => {
  it.each(['v1', 'v1beta1'] as const)('is answered in the version that kubectl asked for: %s', async (version) => {
    await using there = await loggedIn();
    const answer = await there.ask(execInfo(version));
    expect(JSON.parse(answer.stdout).apiVersion).toBe(`client.authentication.k8s.io/${version}`);
    expect(answer.stderr).toBe('');
    expect(there.tokenRequests()).toBe(0);
  });

  it('is answered while the issuer is down', async () => {
    await using there = await loggedIn();
    there.provider.faults.forever = 'reset';
    tokenOf(await there.ask());
  });

  it('is replaced when the cluster refused it: the same kubectl asks again', async () => {
    await using there = await loggedIn();
    const args = ['get-token', `--session=${there.id}`];
    tokenOf(await there.world.run(args, execInfo('v1')));
    expect(there.tokenRequests()).toBe(0);
    const second = await there.world.run(args, execInfo('v1'));
    tokenOf(second);
    expect(there.tokenRequests()).toBe(1);
    expect(second.stderr).toContain('so a new one was fetched');
    const third = await there.world.run(args, execInfo('v1'));
    expect(tokenOf(third)).toBe(tokenOf(second));
    expect(third.stderr).toContain('If the cluster refuses it, check that its API server trusts');
    expect(there.tokenRequests()).toBe(1);
  });
});

/** Another program that asks as well: it reads what to run from its arguments. */
const successor = `
const { spawnSync } = require('node:child_process');
const [command, ...args] = process.argv.slice(1);
process.exitCode = spawnSync(command, args, { stdio: 'inherit' }).status;
`;

describe.runIf(process.platform === 'linux')('a program that becomes another one', () => {
  it('is not taken for one whose token was refused', async () => {
    await using there = await loggedIn();
    const { world } = there;
    const ask = [process.execPath, build.main, 'get-token', `--session=${there.id}`];
    // The shell asks and becomes Node, which asks again: one process, as with the kubectl of the Google Cloud SDK.
    const script = '"$@" && exec "$1" -e "$CODE" -- "$@"';
    const args = ['-c', script, 'sh', ...ask];
    const env = { ...world.env, ...execInfo('v1'), CODE: successor };
    const { exitCode, stdout, stderr } = await runCommand({ command: 'sh', args, env });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout.match(/ExecCredential/g)).toHaveLength(2);
    expect(there.tokenRequests()).toBe(0);
  });
});

describe('a token whose time is over', () => {
  it('is renewed once for twenty callers, who all get the same new one', async () => {
    await using there = await loggedIn();
    there.world.expire(there.id);
    const tokens = (await Promise.all(Array.from({ length: 20 }, () => there.ask()))).map(tokenOf);
    expect(new Set(tokens).size).toBe(1);
    expect(there.tokenRequests()).toBe(1);
    expect(there.provider.tokenStatuses.slice(1)).toEqual([200]);
  });

  it('is renewed after a hiccup of the issuer, and nobody is told', async () => {
    await using there = await loggedIn();
    there.world.expire(there.id);
    there.provider.faults.next = ['reset', 'unavailable'];
    const answer = await there.ask();
    tokenOf(answer);
    expect(answer.stderr).toBe('');
    expect(there.tokenRequests()).toBe(3);
  });

  it('cannot be renewed while the issuer is down: no browser, and a message', async () => {
    await using there = await loggedIn();
    there.world.expire(there.id);
    there.provider.faults.forever = 'unavailable';
    expect(refusal(await there.ask(execInfo('v1', true)))).toContain(there.provider.issuer);
    expect(login(there.world)).toBe(0);
    there.provider.faults.forever = undefined;
    tokenOf(await there.ask()); // the refresh token is still there
  });

  it('that has not quite ended serves while the issuer is down, to its real end', async () => {
    await using there = await loggedIn();
    const expiresAt = Date.now() + 60_000;
    there.world.edit(there.id, { notAfter: Date.now() - 1, expiresAt });
    there.provider.faults.forever = 'unavailable';
    const answer = await there.ask();
    tokenOf(answer);
    expect(answer.stderr).toContain('The present token is used until it ends.');
    expect(Date.parse(JSON.parse(answer.stdout).status.expirationTimestamp)).toBe(expiresAt);
  });

  it('that has not quite ended serves eight callers at once while the issuer hangs, which few of them ask', async () => {
    await using there = await loggedIn();
    const expiresAt = Date.now() + 600_000;
    there.world.edit(there.id, { notAfter: Date.now() - 1, expiresAt });
    there.provider.faults.forever = 'hang';
    const answers = await Promise.all(Array.from({ length: 8 }, () => there.ask()));
    expect(new Set(answers.map(tokenOf)).size).toBe(1);
    expect(there.tokenRequests()).toBeLessThan(8);
    const asked = there.tokenRequests();
    tokenOf(await there.ask());
    expect(there.tokenRequests()).toBe(asked);
  });

  it('is renewed after the process that was renewing it was killed', async () => {
    await using there = await loggedIn();
    there.world.expire(there.id);
    there.provider.faults.next = ['hang'];
    const hanging = await there.world.start(['get-token', `--session=${there.id}`], execInfo('v1'));
    while (there.tokenRequests() === 0) await new Promise(setImmediate);
    process.kill(hanging.child.pid ?? 0, 'SIGKILL');
    await hanging.exited;
    tokenOf(await there.ask()); // the lock of the dead is not waited for
    expect(there.tokenRequests()).toBe(2);
  });
});

describe('a session that the issuer has ended', () => {
  it('is said once, with the command that helps; a kubectl that asks again gets no second message', async () => {
    await using there = await loggedIn();
    there.world.expire(there.id);
    await there.provider.revokeAll();
    const args = ['get-token', `--session=${there.id}`];
    const first = refusal(await there.world.run(args, execInfo('v1', false)));
    expect(first).toContain('is over: the issuer ended it');
    expect(first).toContain(`Run: kubectl login --session=${there.id}`);
    expect(refusal(await there.world.run(args, execInfo('v1', false)))).toBe('');
    expect(there.tokenRequests()).toBe(1);
    expect(login(there.world)).toBe(0);
  });

  it('is begun anew by one browser for ten callers, when there is a person', async () => {
    await using there = await loggedIn();
    there.world.expire(there.id);
    await there.provider.revokeAll();
    const answers = await Promise.all(Array.from({ length: 10 }, () => there.ask(execInfo('v1', true))));
    expect(new Set(answers.map(tokenOf)).size).toBe(1);
    expect(login(there.world)).toBe(1);
  });

  it('is waited for by a caller that comes while somebody logs in', async () => {
    await using there = await loggedIn();
    there.world.expire(there.id);
    await there.provider.revokeAll();
    there.provider.faults.delayMs = 500;
    const first = there.ask(execInfo('v1', true));
    while (login(there.world) === 0) await new Promise(setImmediate);
    const second = await there.ask(execInfo('v1', true));
    expect(tokenOf(second)).toBe(tokenOf(await first));
    expect(second.stderr).toContain('Waiting for the login that another process');
    expect(login(there.world)).toBe(1);
  });

  it('opens no second browser when nobody finished with the first', async () => {
    await using there = await loggedIn();
    there.world.expire(there.id);
    await there.provider.revokeAll();
    const interactive = execInfo('v1', true);
    refusal(await there.ask({ ...interactive, BROWSER_MODE: 'deny' }));
    expect(refusal(await there.ask(interactive))).toContain('an earlier login was not finished');
    expect(login(there.world)).toBe(1);

    // `kubectl login` shows that somebody is there: the next one may come up by itself again.
    expect((await there.world.run([`--session=${there.id}`])).exitCode).toBe(0);
    there.world.expire(there.id);
    await there.provider.revokeAll();
    tokenOf(await there.ask(interactive));
    expect(login(there.world)).toBe(3);
  });
});

describe('a call that cannot be answered', () => {
  it.each([
    ['not JSON', 'KUBERNETES_EXEC_INFO'],
    ['{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1alpha1"}', 'KUBERNETES_EXEC_INFO'],
    ['{"kind":"Pod","apiVersion":"client.authentication.k8s.io/v1"}', 'KUBERNETES_EXEC_INFO'],
    ['[]', 'KUBERNETES_EXEC_INFO'],
  ])('because kubectl sent %s, says so', async (info, message) => {
    await using there = await loggedIn();
    expect(refusal(await there.ask({ KUBERNETES_EXEC_INFO: info }))).toContain(message);
  });

  it.each(['nobody', '../../etc/passwd', '', 'a/b', '.hidden'])('for the session %j, says so', async (id) => {
    await using world = await openWorld(build);
    expect(refusal(await world.runAlone(['get-token', `--session=${id}`], execInfo('v1')))).toMatch(/session|Session/);
  });

  it('in a home that is not there, says so', async () => {
    await using world = await openWorld(build);
    const nowhere = { KUBECTL_LOGIN_HOME: undefined, XDG_STATE_HOME: undefined, HOME: undefined };
    refusal(await world.runAlone(['get-token', '--session=a'], { ...execInfo('v1'), ...nowhere }));
  });
});

describe.runIf(process.platform === 'linux')('a standard output that cannot be written', () => {
  const line = /^error: Standard output cannot be written \(ENOSPC\)\.[^\n]*\n$/;

  it.each([
    ['a token of the cache', () => {}],
    ['a new token', ({ world, id }: LoggedIn) => world.expire(id)],
  ])('is said in one line, for %s', async (_what, prepare) => {
    await using there = await loggedIn();
    prepare(there);
    const ask = [process.execPath, build.main, 'get-token', `--session=${there.id}`];
    const args = ['-c', '"$@" >/dev/full', 'sh', ...ask];
    const env = { ...there.world.env, ...execInfo('v1') };
    const answer = await runCommand({ command: 'sh', args, env });
    expect(answer).toEqual({ exitCode: 1, stdout: '', stderr: expect.stringMatching(line) });
  });

  it('costs no token when it is only standard error', async () => {
    await using there = await loggedIn();
    there.world.edit(there.id, { notAfter: Date.now() - 1, expiresAt: Date.now() + 60_000 });
    there.provider.faults.forever = 'unavailable'; // there is something to say
    const ask = [process.execPath, build.main, 'get-token', `--session=${there.id}`];
    const args = ['-c', '"$@" 2>/dev/full', 'sh', ...ask];
    tokenOf(await runCommand({ command: 'sh', args, env: { ...there.world.env, ...execInfo('v1') } }));
  });
});

describe('files on disk', () => {
  it.each(['', '{', '{"version":1}', '\0\0\0\0', '{"version":2,"v1":"x"}'])(
    'with a credential of %j are replaced by a refresh',
    async (text) => {
      await using there = await loggedIn();
      writeFileSync(sessionFiles(there.world.state, there.id).credential, text);
      tokenOf(await there.ask());
      expect(there.tokenRequests()).toBe(1);
      tokenOf(await there.ask());
      expect(there.tokenRequests()).toBe(1);
    },
  );

  it('with a damaged session end in a message that says what to do, and are kept', async () => {
    await using there = await loggedIn();
    there.world.expire(there.id);
    const { session } = sessionFiles(there.world.state, there.id);
    writeFileSync(session, '{"version":1,');
    expect(refusal(await there.ask())).toContain('kubectl login');
    expect(readFileSync(session, 'utf8')).toBe('{"version":1,');
  });

  it('that others may read are not used', async () => {
    await using there = await loggedIn();
    const { credential, session } = sessionFiles(there.world.state, there.id);
    chmodSync(credential, 0o644);
    chmodSync(session, 0o644);
    expect(refusal(await there.ask())).toContain('open to other users');
    expect(there.tokenRequests()).toBe(0);
  });

  it('cannot be written when the disk is full: the token is answered all the same', async () => {
    await using there = await loggedIn();
    const { calls } = sessionFiles(there.world.state, there.id);
    writeFileSync(calls, '');
    chmodSync(calls, 0o400);
    tokenOf(await there.ask());
  });
});
