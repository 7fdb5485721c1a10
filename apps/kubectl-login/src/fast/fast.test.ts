import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { answerFromCache, type FastCall, refuseOnce } from './answer.ts';
import { type Credential, isFresh, parseCredential, readPrivate } from './credential.ts';
import { parseExecInfo } from './exec-info.ts';
import { isSessionId, sessionFiles, stateHome } from './state-home.ts';

const group = 'client.authentication.k8s.io';
const now = 1_900_000_000_000;
const credential: Credential = {
  version: 1,
  issuedAt: now - 1000,
  notAfter: now + 1000,
  expiresAt: now + 2000,
  v1: 'answer-v1\n',
  v1beta1: 'answer-v1beta1\n',
};

describe('what kubectl says of itself', () => {
  const info = (more: object): string => JSON.stringify({ kind: 'ExecCredential', apiVersion: `${group}/v1`, ...more });

  it.each([
    [undefined, { apiVersion: 'v1beta1', fromClient: false, interactive: undefined }],
    ['', { apiVersion: 'v1beta1', fromClient: false, interactive: undefined }],
    [info({}), { apiVersion: 'v1', fromClient: true, interactive: undefined }],
    [info({ spec: null }), { apiVersion: 'v1', fromClient: true, interactive: undefined }],
    [info({ spec: { interactive: true } }), { apiVersion: 'v1', fromClient: true, interactive: true }],
    [info({ spec: { interactive: 'yes' } }), { apiVersion: 'v1', fromClient: true, interactive: undefined }],
    [info({ apiVersion: `${group}/v1beta1` }), { apiVersion: 'v1beta1', fromClient: true, interactive: undefined }],
  ])('%j is understood', (text, parsed) => expect(parseExecInfo(text)).toEqual(parsed));

  it.each([
    '{',
    '[]',
    'null',
    '"x"',
    '1',
    '{}',
    info({ kind: 'Pod' }),
    info({ apiVersion: 'v1' }),
    info({ apiVersion: `${group}/v1alpha1` }),
  ])('%s is not', (text) => expect(parseExecInfo(text)).toBeUndefined());
});

describe('where the files are', () => {
  it.each([
    [{ KUBECTL_LOGIN_HOME: '/own', XDG_STATE_HOME: '/x', HOME: '/h' }, 'linux', '/own'],
    [{ XDG_STATE_HOME: '/x', HOME: '/h' }, 'linux', '/x/kubectl-login'],
    [{ XDG_STATE_HOME: 'x', HOME: '/h' }, 'linux', '/h/.local/state/kubectl-login'],
    [{ XDG_STATE_HOME: './x', HOME: '/h' }, 'linux', '/h/.local/state/kubectl-login'],
    [{ XDG_STATE_HOME: '', HOME: '/h' }, 'linux', '/h/.local/state/kubectl-login'],
    [{ XDG_STATE_HOME: 'D:\\x', LOCALAPPDATA: 'C:\\l' }, 'win32', 'D:\\x/kubectl-login'],
    [{ HOME: '/h' }, 'darwin', '/h/.local/state/kubectl-login'],
    [{ LOCALAPPDATA: 'C:\\l', HOME: '/h' }, 'win32', 'C:\\l/kubectl-login'],
    [{ HOME: '/h' }, 'win32', undefined],
    [{ HOME: '' }, 'linux', undefined],
    [{}, 'linux', undefined],
    [{ HOME: 'h' }, 'linux', undefined],
    [{ KUBECTL_LOGIN_HOME: 'own', HOME: '/h' }, 'linux', undefined],
    [{ KUBECTL_LOGIN_HOME: '~/own', HOME: '/h' }, 'linux', undefined],
    [{ KUBECTL_LOGIN_HOME: 'D:\\own' }, 'win32', 'D:\\own'],
    [{ KUBECTL_LOGIN_HOME: '\\\\server\\own' }, 'win32', '\\\\server\\own'],
  ])('for %j on %s: %s', (env, platform, home) => expect(stateHome(env, platform)).toBe(home));

  it.each(['a', 'login-example-com-0a1b2c3d4e', 'a.b', `a${'b'.repeat(62)}c`])('%s names a session', (id) =>
    expect(isSessionId(id)).toBe(true),
  );

  it.each(['', '.', '..', 'a/b', '../a', 'a..b', 'A', '-a', 'a-', 'a\0', 'a\n', 'é', 'a'.repeat(65), 'a b'])(
    '%j does not, and never becomes a file name',
    (id) => expect(isSessionId(id)).toBe(false),
  );
});

describe('a credential file', () => {
  it('is read as it was written', () => expect(parseCredential(JSON.stringify(credential))).toEqual(credential));

  it.each(
    [
      ['', '{', 'null', '[]', '"x"'],
      ...Object.keys(credential).map((name) => [JSON.stringify({ ...credential, [name]: null })]),
      [JSON.stringify({ ...credential, version: 2 })],
    ].flat(),
  )('%s is none', (text) => expect(parseCredential(text)).toBeUndefined());

  it.each([
    [0, true],
    [999, true],
    [1000, false],
    [-1000, true],
    [-61_000, true],
    [-61_001, false], // the clock was set back: nobody knows how old the token is
  ])('is fresh %i ms from now: %s', (later, fresh) => expect(isFresh(credential, now + later)).toBe(fresh));
});

describe('an answer from the cache', () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'fast-'));
    const { credential: path } = sessionFiles(home, 'one');
    mkdirSync(dirname(path), { mode: 0o700 });
    writeFileSync(path, JSON.stringify(credential), { mode: 0o600 });
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  const fromKubectl = JSON.stringify({ kind: 'ExecCredential', apiVersion: `${group}/v1` });

  const question = (more: Partial<FastCall>, info = fromKubectl): FastCall => ({
    argv: ['get-token', '--session=one'],
    env: { KUBECTL_LOGIN_HOME: home, KUBERNETES_EXEC_INFO: info },
    platform: 'linux',
    uid: process.getuid?.(),
    ppid: process.pid,
    now,
    write: () => true,
    ...more,
  });

  function call(more: Partial<FastCall> = {}, info: string = fromKubectl) {
    const written: string[] = [];
    const write = (text: string): boolean => {
      written.push(text);
      return true;
    };
    return { status: answerFromCache(question({ write, ...more }, info)), written };
  }

  it('is the text that lies ready', () => expect(call()).toEqual({ status: 0, written: ['answer-v1\n'] }));

  it('is that of v1beta1 for a person at a prompt, as often as they like', () => {
    const person = { env: { KUBECTL_LOGIN_HOME: home } };
    for (let time = 0; time < 3; time += 1) expect(call(person)).toEqual({ status: 0, written: ['answer-v1beta1\n'] });
  });

  it('is not given twice to one kubectl: its cluster refused the first', () => {
    call();
    expect(call()).toEqual({ status: undefined, written: [] });
    expect(call({ now: now + 61_000, argv: ['get-token', '--session=one'] }).status).toBeUndefined(); // over by then
  });

  it('is left to the rest of the program when a folder lies in its place', () => {
    const { credential: path } = sessionFiles(home, 'one');
    rmSync(path);
    mkdirSync(path, { mode: 0o700 });
    expect(call()).toEqual({ status: undefined, written: [] });
    expect(readPrivate(path, process.getuid?.())).toEqual({
      unsafe: `${path} cannot be read (EISDIR).`,
      because: 'unreadable',
    });
  });

  it('is a failure when nobody reads it', () => expect(call({ write: () => false }).status).toBe(1));

  it.each([
    ['other arguments', { argv: ['get-token', '--session=one', '--x'] }],
    ['another command', { argv: ['login', '--session=one'] }],
    ['no session', { argv: ['get-token'] }],
    ['a session that is a path', { argv: ['get-token', '--session=../one'] }],
    ['a session that is not there', { argv: ['get-token', '--session=two'] }],
    ['a token whose time is over', { now: now + 1000 }],
    ['a file of another user', { uid: 4_000_000 }],
  ])('is not given for %s: the full program looks at it', (_what, more) => {
    expect(call(more)).toEqual({ status: undefined, written: [] });
  });

  it.each([
    ['file', 0o640],
    ['folder', 0o750],
  ])('is not given out of a %s that others can open', (what, mode) => {
    const { credential: path } = sessionFiles(home, 'one');
    chmodSync(what === 'file' ? path : dirname(path), mode);
    expect(call()).toEqual({ status: undefined, written: [] });
  });

  it('is not given when the program cannot run: one kubectl is told once, a person each time', () => {
    const told = (more: Partial<FastCall> = {}): number => {
      const lines: string[] = [];
      for (let round = 0; round < 5; round += 1) refuseOnce(question(more), () => lines.push('too old'));
      return lines.length;
    };
    expect([told(), told({ ppid: process.ppid }), told({ env: { KUBECTL_LOGIN_HOME: home } })]).toEqual([1, 1, 5]);
    expect(told({ argv: ['https://login.example.com'] })).toBe(5);
  });

  it('is not even thought about for a quarter of a minute after a failure: that is kubectl asking again', () => {
    const later = now + 1000; // the token is over
    refuseOnce(question({ now: later }), () => {});
    expect(call({ now: later + 14_999 })).toEqual({ status: 1, written: [] });
    expect(call({ now: later + 15_000 })).toEqual({ status: undefined, written: [] });
  });
});
