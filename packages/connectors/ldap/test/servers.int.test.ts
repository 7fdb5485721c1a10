/** Directories of the size of a company, servers that die, and servers that want certificates. */
import { requireTool, type SlapdServer, startSlapd } from '@ostiary/tooling-servers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openGate } from './gate.ts';
import { dnOf, groupDn, groupLdif, jane, opened, personLdif } from './support.ts';

const people = 10_000;
const groups = 2000;

/** Jane is in 1,200 groups, more than a page; the last one is in a group above, and so on, 20 levels up. */
function seed(): string {
  const others = Array.from({ length: people - 1 }, (_none, n) => personLdif({ uid: `user${n}` }));
  const hers = Array.from({ length: 1200 }, (_none, n) => groupLdif(`group${n}`, [dnOf({ uid: 'jane' })]));
  const above = Array.from({ length: 20 }, (_none, n) =>
    groupLdif(`above${n}`, [groupDn(n === 0 ? 'group1199' : `above${n - 1}`)]),
  );
  const rest = Array.from({ length: groups - 1220 }, (_none, n) => groupLdif(`other${n}`, [dnOf({ uid: `user${n}` })]));
  return [personLdif({ uid: 'jane' }), ...others, ...hers, ...above, ...rest].join('\n\n');
}

describe.skipIf(requireTool('slapd', 'slapadd', 'ldapadd', 'ldapwhoami', 'openssl') !== undefined)(
  'a large directory',
  () => {
    let slapd: SlapdServer;
    beforeAll(async () => {
      slapd = await startSlapd({ seed: seed() });
    }, 120_000);
    afterAll(() => slapd[Symbol.asyncDispose]());

    const nested = {
      groupSearch: {
        baseDN: 'ou=Groups,dc=example,dc=org',
        nameAttr: 'cn',
        userMatchers: [{ userAttr: 'DN', groupAttr: 'member', recursionGroupAttr: 'member' }],
      },
    };

    it('answers every group of a person, over pages and levels', async () => {
      const { login } = await opened(slapd, nested);
      const identity = await login(jane);
      expect(identity.groups).toHaveLength(1220);
      expect(identity.groups).toContain('above19');
      expect(identity.groups).not.toContain('other0');
    });

    it('logs fifty people in at once with ten connections', async () => {
      const { check } = await opened(slapd, nested);
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_none, n) => check({ username: `user${n}`, password: 'correct horse' })),
      );
      expect(answers.map((answer) => answer !== 'rejected' && answer.userId)).toEqual(
        Array.from({ length: 50 }, (_none, n) => `user${n}`),
      );
    });
  },
);

describe.skipIf(requireTool('slapd', 'ldapadd', 'ldapwhoami', 'openssl') !== undefined)('two servers', () => {
  it('stand in for each other when one dies while its connections are open', async () => {
    await using stack = new AsyncDisposableStack();
    const ldif = personLdif({ uid: 'jane' });
    const [first, second] = [stack.use(await startSlapd({ ldif })), stack.use(await startSlapd({ ldif }))];
    const rootCA = first.ca + second.ca;
    const { login, refresh } = await opened(first, { rootCA, hosts: [`127.0.0.1:${second.tlsPort}`] });
    const identity = await login(jane);
    await first.kill();
    expect(await refresh(identity)).toMatchObject({ userId: 'jane' });
    expect(await login(jane)).toMatchObject({ userId: 'jane' });
    await second.kill();
    await expect(refresh(identity)).rejects.toMatchObject({ code: 'upstream/unavailable' });
    await first.restart();
    expect(await refresh(identity)).toMatchObject({ userId: 'jane' });
  });

  it('are not told a password twice when the connection fails on which it is tried', async () => {
    await using slapd = await startSlapd({ ldif: personLdif({ uid: 'jane' }) });
    await using gate = await openGate(slapd.tlsPort);
    const { login } = await opened(slapd, { host: `127.0.0.1:${gate.port}` });
    await login(jane);
    gate.shut();
    const before = gate.arrived();
    await expect(login(jane)).rejects.toMatchObject({ code: 'upstream/unavailable' });
    expect(gate.arrived() - before).toBe(1);
  });
});

describe.skipIf(requireTool('slapd', 'ldapadd', 'ldapwhoami', 'openssl') !== undefined)('a server that hung up', () => {
  it.each([
    ['ldaps', {}],
    ['StartTLS', { startTLS: true }],
  ])('is connected to anew over %s, and no time is lost waiting for it', async (how, options) => {
    await using slapd = await startSlapd({ ldif: personLdif({ uid: 'jane' }) });
    const host = `127.0.0.1:${how === 'ldaps' ? slapd.tlsPort : slapd.port}`;
    const { login } = await opened(slapd, { ...options, host, timeout: '60s' });
    await Promise.all([login(jane), login(jane), login(jane)]);
    await slapd.kill();
    await slapd.restart();
    expect(await login(jane)).toMatchObject({ userId: 'jane' });
  });
});

describe.skipIf(requireTool('slapd', 'ldapadd', 'ldapwhoami', 'openssl') !== undefined)(
  'a server that wants certificates',
  () => {
    it('is shown ours, and lets nobody in without', async () => {
      await using slapd = await startSlapd({ ldif: personLdif({ uid: 'jane' }), clientCertificates: 'demand' });
      const { certificate, key } = await slapd.issue();
      const { login } = await opened(slapd, { clientCert: certificate, clientKey: key });
      expect(await login(jane)).toMatchObject({ userId: 'jane' });
      await expect((await opened(slapd)).login(jane)).rejects.toMatchObject({ code: 'upstream/unavailable' });
    });
  },
);

describe.skipIf(requireTool('slapd', 'ldapadd', 'ldapwhoami', 'openssl') !== undefined)(
  'a part of the tree on another server',
  () => {
    const branch = 'ou=Branch,ou=People,dc=example,dc=org';
    const unit = `dn: ${branch}\nobjectClass: organizationalUnit\nou: Branch\n`;
    const referral = `dn: ${branch}\nobjectClass: referral\nobjectClass: extensibleObject\nou: Branch\nref: ldap://127.0.0.1/${branch}\n`;
    const joe = personLdif({ uid: 'joe', password: 'another horse' }).replace(
      ',ou=People',
      `,${branch.slice(0, branch.indexOf(',dc='))}`,
    );

    it('is searched, and passwords are tried there, only when its server is named', async () => {
      await using stack = new AsyncDisposableStack();
      const other = stack.use(await startSlapd({ ldif: `${unit}\n${joe}` }));
      const first = stack.use(await startSlapd({ ldif: `${personLdif({ uid: 'jane' })}\n\n${referral}` }));
      const rootCA = first.ca + other.ca;
      const asked = await opened(first, { rootCA, referralHosts: [`127.0.0.1:${other.tlsPort}`] });
      const identity = await asked.login({ username: 'joe', password: 'another horse' });
      expect(identity).toMatchObject({ userId: 'joe' });
      expect(await asked.refresh(identity)).toMatchObject({ userId: 'joe' });
      expect(await asked.check({ username: 'joe', password: 'wrong' })).toBe('rejected');
      expect(await asked.login(jane)).toMatchObject({ userId: 'jane' });
      const unasked = await opened(first, { rootCA });
      expect(await unasked.check({ username: 'joe', password: 'another horse' })).toBe('rejected');
      expect(await unasked.login(jane)).toMatchObject({ userId: 'jane' });
    });

    it('is searched once where any of two servers has it, and a failure names the server that failed', async () => {
      await using stack = new AsyncDisposableStack();
      const seed = { ldif: `${unit}\n${joe}` };
      const [one, two] = [stack.use(await startSlapd(seed)), stack.use(await startSlapd(seed))];
      const both = `${referral}ref: ldap://localhost/${branch}\n`;
      const first = stack.use(await startSlapd({ ldif: `${personLdif({ uid: 'jane' })}\n\n${both}` }));
      const rootCA = first.ca + one.ca + two.ca;
      const referralHosts = [`127.0.0.1:${one.tlsPort}`, `localhost:${two.tlsPort}`];
      const { login } = await opened(first, { rootCA, referralHosts });
      const typed = { username: 'joe', password: 'another horse' };
      expect(await login(typed)).toMatchObject({ userId: 'joe' });
      await one.kill();
      expect(await login(typed)).toMatchObject({ userId: 'joe' });
      await two.kill();
      await expect(login(typed)).rejects.toMatchObject({
        code: 'upstream/unavailable',
        detail: { server: expect.stringMatching(`(${one.tlsPort}|${two.tlsPort})$`) },
      });
    });
  },
);
