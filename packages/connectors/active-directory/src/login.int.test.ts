/** Against Samba, a real domain controller. */
import { requireSamba, type SambaServer } from '@ostiary/tooling-servers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { awkward, dnOf, group, modify, opened, password, person, startDomain } from '../test/support.ts';

describe.skipIf(requireSamba() !== undefined)('active-directory', () => {
  let samba: SambaServer;
  beforeAll(async () => {
    samba = await startDomain();
  }, 180_000);
  afterAll(() => samba[Symbol.asyncDispose]());

  const jane = { username: 'jane', password };

  it('answers id, names, address and groups, and the domain from its name', async () => {
    const { connectorData: _data, ...identity } = await (await opened(samba)).login(jane);
    expect(identity).toEqual({
      userId: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/u),
      username: 'Jane Doe',
      preferredUsername: 'jane',
      email: { address: 'mail@example.org', verified: false },
      groups: expect.arrayContaining(['dev', 'engineering', 'everyone (all)']),
    });
    expect(identity.groups).not.toContain('others');
  });

  it('answers the attributes that rules may go by, each a list, and the same at a refresh', async () => {
    await samba.change(person('claimed', { lines: ['department: Engineering', 'description: on call'] }));
    const claimAttrs = ['department', 'description', 'title', 'objectSid', 'mail'];
    const { login, refresh } = await opened(samba, { claimAttrs });
    const before = await login({ username: 'claimed', password });
    const claims = {
      department: ['Engineering'],
      description: ['on call'],
      objectSid: [expect.stringMatching(/^S-1-5-21-/u)],
      mail: ['mail@example.org'],
    };
    expect(before.claims).toEqual(claims);
    await samba.change(modify('claimed', 'replace: department\ndepartment: Sales'));
    expect(await refresh(before)).toHaveProperty('claims', { ...claims, department: ['Sales'] });
  });

  it.each(['jane', 'JANE', 'adtest\\jane', 'jane@ad.example.org', 'Jane@AD.EXAMPLE.ORG'])(
    'takes %s for Jane',
    async (username) => {
      const { login } = await opened(samba);
      expect(await login({ username, password })).toMatchObject({ preferredUsername: 'jane' });
    },
  );

  it.each(['OTHER\\jane', 'jane@other.example', '\\jane', '@ad.example.org', 'ja*', 'jane)(cn=*', 'joe@jane'])(
    'takes %s for nobody',
    async (username) => {
      expect(await (await opened(samba)).check({ username, password })).toBe('rejected');
    },
  );

  it.each([`${password}x`, ''])('refuses the password "%s"', async (wrong) => {
    expect(await (await opened(samba)).check({ ...jane, password: wrong })).toBe('rejected');
  });

  it.each(awkward.map((cn, index) => [cn, `awkward${index}`] as const))('knows %s', async (cn, username) => {
    expect(await (await opened(samba)).login({ username, password })).toMatchObject({ username: cn });
  });

  it.each([
    ['tokenGroups', ['Domain Users', 'dev', 'engineering', 'everyone (all)']],
    ['inChain', ['dev', 'engineering', 'everyone (all)']],
    ['none', ['dev']],
  ])('finds groups by %s', async (nestedGroups, names) => {
    const groupFilter = '(&(objectCategory=group)(!(sAMAccountName=Users)))';
    const { groups } = await (await opened(samba, { nestedGroups, groupFilter })).login(jane);
    expect([...groups].sort()).toEqual([...names].sort());
  });

  it('refuses a group without a name instead of losing it', async () => {
    const { login } = await opened(samba, { groupNameAttr: 'mail' });
    await expect(login(jane)).rejects.toMatchObject({ code: 'upstream/protocol', detail: { attribute: 'mail' } });
  });

  it('lets only members of nested groups in, when told to', async () => {
    const allowed = await opened(samba, { allowedGroups: ['everyone (all)'] });
    expect(await allowed.login(jane)).toMatchObject({ groups: ['everyone (all)'] });
    await expect(allowed.login({ username: 'joe', password })).rejects.toMatchObject({ code: 'login/not_allowed' });
  });

  it('pages through more groups than a domain controller answers at once', async () => {
    const many = Array.from({ length: 1100 }, (_none, n) => group(`many${n}`, [dnOf('paged')]));
    await samba.change([person('paged'), ...many].join('\n\n'));
    for (const nestedGroups of ['tokenGroups', 'inChain', 'none']) {
      const { groups } = await (await opened(samba, { nestedGroups })).login({ username: 'paged', password });
      expect(groups.filter((name) => name.startsWith('many'))).toHaveLength(1100);
    }
  }, 240_000);

  describe('an account', () => {
    it.each([
      [
        'disabled',
        'replace: userAccountControl\nuserAccountControl: 514',
        'replace: userAccountControl\nuserAccountControl: 512',
      ],
      [
        'expired',
        'replace: accountExpires\naccountExpires: 125911584000000000',
        'replace: accountExpires\naccountExpires: 0',
      ],
    ])('that is %s cannot log in, and its login ends at the next refresh', async (state, close, reopen) => {
      const login = `was-${state}`;
      await samba.change(person(login));
      const { login: logIn, check, refresh } = await opened(samba);
      const identity = await logIn({ username: login, password });
      await samba.change(modify(login, close));
      expect(await check({ username: login, password })).toBe('rejected');
      expect(await refresh(identity)).toBe('rejected');
      await samba.change(modify(login, reopen));
      expect(await refresh(identity)).toMatchObject({ userId: identity.userId });
    });

    it('that is locked after wrong passwords cannot log in, and its login waits', async () => {
      await samba.change(`dn: ${samba.baseDn}\nchangetype: modify\nreplace: lockoutThreshold\nlockoutThreshold: 3\n`);
      await samba.change(person('locked'));
      const { login, check, refresh } = await opened(samba);
      const identity = await login({ username: 'locked', password });
      for (let turn = 0; turn < 3; turn += 1) await check({ username: 'locked', password: 'wrong' });
      expect(await check({ username: 'locked', password })).toBe('rejected');
      await expect(refresh(identity)).rejects.toMatchObject({ code: 'upstream/unavailable' });
      await samba.change(modify('locked', 'replace: lockoutTime\nlockoutTime: 0'));
      expect(await refresh(identity)).toMatchObject({ userId: identity.userId });
    });

    it('whose password must be changed cannot log in, and the log says why', async () => {
      await samba.change(person('fresh', { lines: ['pwdLastSet: 0'] }));
      const { check, log } = await opened(samba);
      expect(await check({ username: 'fresh', password })).toBe('rejected');
      expect(log.lines).toContainEqual(
        expect.objectContaining({
          event: 'ldap.account_refused',
          fields: expect.objectContaining({ reason: 'password must be changed first' }),
        }),
      );
    });

    it('that was renamed, and moved, is the same person', async () => {
      await samba.change(person('before'));
      const { login, refresh } = await opened(samba);
      const identity = await login({ username: 'before', password });
      await samba.change(`dn: ${dnOf('before')}\nchangetype: modrdn\nnewrdn: CN=After\ndeleteoldrdn: 1\n`);
      await samba.change(modify('After', 'replace: sAMAccountName\nsAMAccountName: after'));
      expect(await refresh(identity)).toMatchObject({
        userId: identity.userId,
        username: 'After',
        preferredUsername: 'after',
      });
      expect(await login({ username: 'after', password })).toMatchObject({ userId: identity.userId });
    });

    it('that is gone is logged out', async () => {
      await samba.change(person('leaver'));
      const { login, refresh } = await opened(samba);
      const identity = await login({ username: 'leaver', password });
      await samba.change(`dn: ${dnOf('leaver')}\nchangetype: delete\n`);
      expect(await refresh(identity)).toBe('rejected');
    });
  });

  describe('the connection', () => {
    it('goes over StartTLS too', async () => {
      expect(await (await opened(samba, { startTLS: true })).login(jane)).toMatchObject({ preferredUsername: 'jane' });
    });

    it('refuses a certificate of an unknown authority', async () => {
      const { login } = await opened(samba, { rootCA: undefined });
      await expect(login(jane)).rejects.toMatchObject({ code: 'upstream/unavailable' });
    });

    it('goes to another domain controller when one does not answer', async () => {
      const { login } = await opened(samba, { host: `${samba.address}:9`, hosts: [samba.address] });
      expect(await login(jane)).toMatchObject({ preferredUsername: 'jane' });
    });

    it('binds as an account that is named like a person', async () => {
      const { login } = await opened(samba, { bindDN: 'jane@ad.example.org', bindPW: password });
      expect(await login({ username: 'joe', password })).toMatchObject({ groups: expect.arrayContaining(['others']) });
    });
  });
});
