import { requireTool, type SlapdServer } from '@ostiary/tooling-servers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { awkward, dnOf, groupDn, groupLdif, jane, opened, personLdif, startDirectory } from '../test/support.ts';

const people = 'ou=People,dc=example,dc=org';
const groups = { baseDN: 'ou=Groups,dc=example,dc=org', nameAttr: 'cn' };

describe.skipIf(requireTool('slapd', 'ldapadd', 'ldapwhoami', 'openssl') !== undefined)('ldap', () => {
  let slapd: SlapdServer;
  beforeAll(async () => {
    slapd = await startDirectory();
  });
  afterAll(() => slapd[Symbol.asyncDispose]());

  describe('a login', () => {
    it('answers id, name, address and groups of the entry', async () => {
      const { login, prompt } = await opened(slapd);
      const { connectorData: _data, ...identity } = await login(jane);
      expect(prompt).toBe('Username');
      expect(identity).toEqual({
        userId: 'jane',
        username: 'jane Doe',
        email: { address: 'jane@example.org', verified: false },
        groups: ['ops', 'Doe, (and) \\ Söhne *'],
      });
    });

    it.each(awkward)('knows %s, and takes no other name for it', async (uid) => {
      const { login, check } = await opened(slapd);
      const password = `pass ${uid} *()\\`;
      expect((await login({ username: uid, password })).userId).toBe(uid);
      expect(await check({ username: uid, password: `${password}x` })).toBe('rejected');
    });

    it.each(['*', 'ja*', 'jane)(uid=*', 'JANE)(|(uid=*', '\\6aane', 'ja\u0000ne', ''])(
      'refuses the name %j',
      async (username) => {
        expect(await (await opened(slapd)).check({ ...jane, username })).toBe('rejected');
      },
    );

    it('refuses an empty password, which many servers would take for an anonymous bind', async () => {
      expect(await (await opened(slapd)).check({ ...jane, password: '' })).toBe('rejected');
    });

    it('compares what was typed with several attributes, and refuses a name that two people have', async () => {
      const userSearch = { baseDN: people, username: ['uid', 'mail'], idAttr: 'uid', nameAttr: 'cn' };
      const { login } = await opened(slapd, { userSearch });
      expect((await login({ ...jane, username: 'jane@example.org' })).userId).toBe('jane');
      await expect(login({ ...jane, username: 'twins@example.org' })).rejects.toMatchObject({
        code: 'upstream/protocol',
      });
    });

    it('makes the address of name and suffix, and the id of the DN, where that is configured', async () => {
      const userSearch = {
        baseDN: people,
        username: 'uid',
        idAttr: 'dn',
        nameAttr: 'UID',
        preferredUsernameAttr: 'uid',
        emailSuffix: 'corp.example',
      };
      expect(await (await opened(slapd, { userSearch, insecureSkipEmailVerified: true })).login(jane)).toMatchObject({
        userId: `uid=jane,${people}`,
        preferredUsername: 'jane',
        email: { address: 'jane@corp.example', verified: true },
      });
    });

    it('finds nobody whom the filter leaves out, or who is deeper than the scope', async () => {
      const other = { baseDN: people, username: 'uid', idAttr: 'uid', filter: '(uid=joe)' };
      expect(await (await opened(slapd, { userSearch: other })).check(jane)).toBe('rejected');
      const one = { baseDN: 'dc=example,dc=org', username: 'uid', idAttr: 'uid', scope: 'one' };
      expect(await (await opened(slapd, { userSearch: one })).check(jane)).toBe('rejected');
    });

    it.each(['Söhne', 'S\\c3\\b6hne'])('keeps out whom the filter bars by a group, written as %s', async (name) => {
      const filter = `(!(memberOf=cn=Doe\\5c, \\28and\\29 \\5c\\5c ${name} \\2a,${groups.baseDN}))`;
      const userSearch = { baseDN: people, username: 'uid', idAttr: 'uid', filter };
      const { check } = await opened(slapd, { userSearch });
      expect(await check(jane)).toBe('rejected');
      expect(await check({ ...jane, username: 'joe' })).toMatchObject({ userId: 'joe' });
    });

    it('is an error of the directory, not of the person, when the entry has no id', async () => {
      const userSearch = { baseDN: people, username: 'uid', idAttr: 'uidNumber' };
      await expect((await opened(slapd, { userSearch })).login(jane)).rejects.toMatchObject({
        code: 'upstream/protocol',
      });
    });
  });

  describe('claims', () => {
    const claimAttrs = ['employeeNumber', 'DESCRIPTION', 'jpegPhoto', 'memberOf', 'title', 'DN'];
    const userSearch = { baseDN: people, username: 'uid', idAttr: 'uid', claimAttrs };

    it('are the attributes that are named, each a list, and the same at a refresh', async () => {
      const { login, refresh } = await opened(slapd, { userSearch });
      const lines = ['description: on call', 'description:: w7xiZXI=', 'jpegPhoto:: /9j/'];
      await slapd.add([personLdif({ uid: 'claimed' }), ...lines].join('\n'));
      const dn = dnOf({ uid: 'claimed' });
      await slapd.add(groupLdif('claimed', [dn]));
      const before = await login({ ...jane, username: 'claimed' });
      const claims = {
        employeeNumber: ['7'],
        DESCRIPTION: ['on call', 'über'],
        jpegPhoto: ['/9j/'],
        memberOf: [groupDn('claimed')],
        DN: [dn],
      };
      expect(before.claims).toEqual(claims);
      await slapd.add(`dn: ${dn}\nchangetype: modify\nreplace: employeeNumber\nemployeeNumber: 8\n`);
      expect(await refresh(before)).toHaveProperty('claims', { ...claims, employeeNumber: ['8'] });
      await slapd.add(`dn: ${groupDn('claimed')}\nchangetype: delete\n`);
      await slapd.add(`dn: ${dn}\nchangetype: delete\n`);
    });

    it('are none where no attributes are named', async () => {
      expect(await (await opened(slapd)).login(jane)).not.toHaveProperty('claims');
    });
  });

  describe('groups', () => {
    it.each(['member', 'member:2.5.13.1:'])('hold those above by %s, level by level, with circles', async (name) => {
      const userMatchers = [{ userAttr: 'DN', groupAttr: 'member', recursionGroupAttr: name }];
      const { login } = await opened(slapd, { groupSearch: { ...groups, userMatchers } });
      expect((await login(jane)).groups).toEqual(['ops', 'Doe, (and) \\ Söhne *', 'staff', 'everybody', 'ring']);
    });

    it('are found by the older keys, by attributes of the person, and by DN', async () => {
      const older = { ...groups, userAttr: 'DN', groupAttr: 'member' };
      expect((await (await opened(slapd, { groupSearch: older })).login(jane)).groups).toHaveLength(2);
      const byName = { ...groups, nameAttr: 'DN', userMatchers: [{ userAttr: 'memberOf', groupAttr: 'entryDN' }] };
      expect((await (await opened(slapd, { groupSearch: byName })).login(jane)).groups[0]).toBe(groupDn('ops'));
    });

    it.each(['member:2.5.13.1:', 'member:distinguishedNameMatch:'])(
      'are found by the rule of %s',
      async (groupAttr) => {
        const groupSearch = { ...groups, userMatchers: [{ userAttr: 'DN', groupAttr }] };
        expect((await (await opened(slapd, { groupSearch })).login(jane)).groups).toEqual([
          'ops',
          'Doe, (and) \\ Söhne *',
        ]);
      },
    );

    it.each([
      ['OPS', 'cn', ['ops']],
      ['OPS', 'cn:caseExactMatch:', []],
      ['Doe, (and) \\ Söhne *', 'cn:caseExactMatch:', ['Doe, (and) \\ Söhne *']],
    ])('with the name of %s are compared by %s as its rule says', async (uid, groupAttr, names) => {
      await slapd.add(personLdif({ uid }));
      const groupSearch = { ...groups, userMatchers: [{ userAttr: 'uid', groupAttr }] };
      expect((await (await opened(slapd, { groupSearch })).login({ ...jane, username: uid })).groups).toEqual(names);
      await slapd.add(`dn: ${dnOf({ uid })}\nchangetype: delete\n`);
    });

    it('are none where there is no tree, or nobody wants them', async () => {
      const nowhere = { ...groups, baseDN: 'ou=Nowhere,dc=example,dc=org', userAttr: 'DN', groupAttr: 'member' };
      expect((await (await opened(slapd, { groupSearch: nowhere })).login(jane)).groups).toEqual([]);
      expect((await (await opened(slapd)).login({ ...jane, scopes: { groups: false } })).groups).toEqual([]);
    });

    it.each([true, false])('restrict who may log in, asked for: %s', async (wanted) => {
      const scopes = { groups: wanted };
      const ops = await opened(slapd, { allowedGroups: ['ops'] });
      expect((await ops.login({ ...jane, scopes })).groups).toEqual(['ops']);
      const nobody = await opened(slapd, { allowedGroups: ['nobody'] });
      await expect(nobody.login({ ...jane, scopes })).rejects.toMatchObject({ code: 'login/not_allowed' });
    });
  });

  describe('refresh', () => {
    it('sees new groups, and ends when the entry is gone', async () => {
      const { login, refresh } = await opened(slapd);
      await slapd.add(
        `dn: uid=temp,${people}\nobjectClass: inetOrgPerson\nuid: temp\ncn: Temp\nsn: T\nuserPassword: correct horse\n`,
      );
      const before = await login({ ...jane, username: 'temp' });
      await slapd.add(`dn: cn=new,${groups.baseDN}\nobjectClass: groupOfNames\ncn: new\nmember: uid=temp,${people}\n`);
      expect(await refresh(before)).toMatchObject({ userId: 'temp', groups: ['new'] });
      await slapd.add(`dn: uid=temp,${people}\nchangetype: delete\n`);
      expect(await refresh(before)).toBe('rejected');
    });
  });

  describe('the connection', () => {
    it.each([
      ['ldaps', {}],
      ['StartTLS', { startTLS: true }],
      ['plain LDAP', { insecureNoSSL: true, rootCA: undefined }],
    ])('goes over %s', async (how, options) => {
      const port = how === 'ldaps' ? slapd.tlsPort : slapd.port;
      expect(await (await opened(slapd, { ...options, host: `127.0.0.1:${port}` })).login(jane)).toMatchObject({
        userId: 'jane',
      });
    });

    it.each([
      ['ldaps', {}],
      ['StartTLS', { startTLS: true }],
    ])('refuses an unknown authority over %s', async (how, options) => {
      const host = `127.0.0.1:${how === 'ldaps' ? slapd.tlsPort : slapd.port}`;
      const { login } = await opened(slapd, { ...options, host, rootCA: undefined });
      await expect(login(jane)).rejects.toMatchObject({ code: 'upstream/unavailable' });
    });

    it('goes to the next server when one does not answer, and stays there', async () => {
      const hosts = [`127.0.0.1:${slapd.tlsPort}`];
      const { login } = await opened(slapd, { host: '127.0.0.1:9', hosts });
      expect(await login(jane)).toMatchObject({ userId: 'jane' });
      expect(await login(jane)).toMatchObject({ userId: 'jane' });
    });

    it("ends nobody's login while no server answers, and heals", async () => {
      const { login, refresh } = await opened(slapd);
      const before = await login(jane);
      await slapd.stop();
      try {
        await expect(refresh(before)).rejects.toMatchObject({ code: 'upstream/unavailable' });
        await expect(login(jane)).rejects.toMatchObject({ code: 'upstream/unavailable' });
      } finally {
        await slapd.restart();
      }
      expect(await refresh(before)).toMatchObject({ userId: 'jane' });
    });

    it('does not take a wrong password of this service for one of the person', async () => {
      const { check } = await opened(slapd, { bindPW: 'wrong' });
      await expect(check(jane)).rejects.toMatchObject({ code: 'upstream/protocol' });
    });

    it('searches anonymously without an account, and blames nobody where the directory shows nothing', async () => {
      const { check, refresh } = await opened(slapd, { bindDN: undefined, bindPW: undefined });
      await expect(check(jane)).rejects.toMatchObject({ code: 'upstream/unavailable' });
      const before = await (await opened(slapd)).login(jane);
      await expect(refresh(before)).rejects.toMatchObject({ code: 'upstream/unavailable' });
    });
  });
});
