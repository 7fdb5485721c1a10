/** Servers that answer what no directory answers on purpose, or nothing. */
import { openForm, type PlayedForm } from '@ostiary/connector-sdk/testing';
import { type Answer, type Question, type ScriptedServer, startScripted } from '@ostiary/tooling-servers';
import { describe, expect, it } from 'vitest';
import { ldap } from '../src/index.ts';
import { jane, noHttp } from './support.ts';

const dn = 'uid=jane,ou=p';
const options = {
  ...{ insecureNoSSL: true, timeout: '1s', bindDN: 'cn=service', bindPW: 'secret' },
  userSearch: { baseDN: 'ou=p', username: 'uid', idAttr: 'uid' },
  groupSearch: { baseDN: 'ou=g', nameAttr: 'cn', userMatchers: [{ userAttr: 'DN', groupAttr: 'member' }] },
};

type Answers = Partial<Record<string, Answer>>;

/** A server that knows jane, and answers in its own way to some. */
const startJane = (answers: Answers | ((question: Question) => Answer | undefined) = {}): Promise<ScriptedServer> =>
  startScripted((question) => {
    const own = typeof answers === 'function' ? answers(question) : answers[question.name];
    return own ?? (question.name === 'ou=p' ? { code: 0, dn } : { code: 0 });
  });

const over = (
  servers: readonly ScriptedServer[],
  more: Readonly<Record<string, unknown>> = {},
): Promise<PlayedForm> => {
  const [host, ...hosts] = servers.map((server) => server.host);
  return openForm(ldap, noHttp, { options: { ...options, host, hosts, ...more } });
};

const asked = (server: ScriptedServer, name: string): number =>
  server.questions.filter((question) => question.name === name).length;

const startTls = { insecureNoSSL: false, startTLS: true };
const startTlsOid = '1.3.6.1.4.1.1466.20037';

describe('a server that stalls', () => {
  it.each([
    ['after it agreed to StartTLS', 'TimeoutError', startTls, {}],
    ['at the question for StartTLS', 'TimeoutError', startTls, { [startTlsOid]: 'silence' }],
    ['before TLS', 'Connection timeout', { insecureNoSSL: false }, {}],
    ['at the bind', 'BindRequest: Operation timed out', {}, { 'cn=service': 'silence' }],
    ['at the search', 'SearchRequest: Operation timed out', {}, { 'ou=p': 'silence' }],
  ] as const)(
    '%s does not keep anybody waiting for ever, and the log says where',
    async (_where, reason, more, answers) => {
      await using stalling = await startJane(answers);
      const { check } = await over([stalling], more);
      const detail = { server: expect.stringContaining(stalling.host), reason };
      await expect(check(jane)).rejects.toMatchObject({ code: 'upstream/unavailable', detail });
      await expect.poll(() => stalling.open()).toBe(0);
    },
  );
});

describe('a server that takes a bind without a password for a good one', () => {
  it('is not asked', async () => {
    await using open = await startJane();
    const { check } = await over([open]);
    expect(await check({ ...jane, password: '' })).toBe('rejected');
    expect(open.questions).toEqual([]);
    expect(await check(jane)).toMatchObject({ userId: 'jane' });
    expect(asked(open, dn)).toBe(1);
  });
});

describe('several servers that stall', () => {
  it('are passed over by the one login that finds them', async () => {
    await using stack = new AsyncDisposableStack();
    const stalling = [1, 2, 3].map(() => startJane({ 'cn=service': 'silence' }));
    const servers = await Promise.all([...stalling, startJane()]);
    for (const server of servers) stack.use(server);
    expect(await (await over(servers)).login(jane)).toMatchObject({ userId: 'jane' });
  });
});

describe('a connection that was lost in the middle of a login', () => {
  it('is not opened again without a bind: the groups would be searched anonymously', async () => {
    let breaks = false;
    await using server = await startJane(({ name, connection }) =>
      breaks && name === 'ou=p' && connection === 1 ? { code: 0, dn, hangUp: true } : undefined,
    );
    const { login } = await over([server]);
    const identity = await login(jane);
    breaks = true;
    expect(await login(jane)).toEqual(identity);
    expect(asked(server, 'ou=p')).toBe(3);
    const bound = new Set(server.questions.filter(({ kind }) => kind === 'bind').map(({ connection }) => connection));
    expect(server.questions.filter(({ connection }) => !bound.has(connection))).toEqual([]);
  });
});

describe('an account of a person', () => {
  it.each([53, 32, 48, 50])('that is refused with %i has a wrong password, and the log says why', async (code) => {
    await using server = await startJane({ [dn]: { code } });
    const { check, log } = await over([server]);
    expect(await check(jane)).toBe('rejected');
    expect(log.lines).toContainEqual(
      expect.objectContaining({ event: 'ldap.account_refused', fields: { user: dn, reason: `result code ${code}` } }),
    );
  });

  it.each([8, 13])('is not the reason for %i, nor is it told from nobody', async (code) => {
    await using server = await startJane({ [dn]: { code }, 'cn=nobody,ou=p': { code } });
    await expect((await over([server])).check(jane)).rejects.toMatchObject({ code: 'upstream/protocol' });
    await using empty = await startJane({ 'ou=p': { code: 0 }, 'cn=nobody,ou=p': { code } });
    await expect((await over([empty])).check(jane)).rejects.toMatchObject({ code: 'upstream/protocol' });
  });

  it.each([0, 1, 34, 49, 53])('that nobody has is rejected, whatever the server answers: %i', async (code) => {
    await using server = await startJane({ 'ou=p': { code: 0 }, 'cn=nobody,ou=p': { code } });
    expect(await (await over([server])).check(jane)).toBe('rejected');
    expect(asked(server, 'cn=nobody,ou=p')).toBe(1);
  });
});

describe('a search that fails', () => {
  it.each([51, 52, 32, 10])('with %i is asked of the next server, once', async (code) => {
    await using busy = await startJane({ 'ou=p': { code } });
    await using other = await startJane();
    const { login } = await over([busy, other]);
    expect(await login(jane)).toMatchObject({ userId: 'jane' });
    expect([asked(busy, 'ou=p'), asked(other, 'ou=p')]).toEqual([1, 1]);
    await using also = await startJane({ 'ou=p': { code } });
    await using third = await startJane();
    const { check } = await over([busy, also, third]);
    await expect(check(jane)).rejects.toMatchObject({ code: 'upstream/unavailable' });
    expect([asked(busy, 'ou=p'), asked(also, 'ou=p'), asked(third, 'ou=p')]).toEqual([2, 1, 0]);
  });

  it.each([3, 11, 80])('with %i is not repeated', async (code) => {
    let isBad = false;
    await using server = await startJane(({ name }) => (isBad && name === 'ou=p' ? { code } : undefined));
    await using other = await startJane();
    const { check } = await over([server, other]);
    await Promise.all([check(jane), check(jane), check(jane)]);
    isBad = true;
    const before = asked(server, 'ou=p');
    await expect(check(jane)).rejects.toMatchObject({ code: 'upstream/unavailable' });
    expect([asked(server, 'ou=p') - before, asked(other, 'ou=p')]).toEqual([1, 0]);
  });
});

describe('a directory without the place where people are', () => {
  it("ends nobody's login; one without the place where groups are has none", async () => {
    let missing = 'ou=g';
    await using server = await startJane(({ name }) => (name === missing ? { code: 32 } : undefined));
    const { login, refresh } = await over([server]);
    const identity = await login(jane);
    expect(identity.groups).toEqual([]);
    missing = 'ou=p';
    await expect(refresh(identity)).rejects.toMatchObject({
      code: 'upstream/unavailable',
      detail: { reason: expect.stringContaining('result code 32') },
    });
  });
});
