import { readConfig } from '@ostiary/connector-sdk/config';
import { describe, expect, it } from 'vitest';
import { type LdapConfig, ldapConfig } from './config.ts';
import { serversOf } from './servers.ts';

const base = {
  host: 'ldap.example.com',
  userSearch: { baseDN: 'ou=People,dc=example,dc=com', username: 'uid', idAttr: 'uid' },
};

const configOf = (options: Readonly<Record<string, unknown>> = {}): Promise<LdapConfig> =>
  readConfig(ldapConfig, { ...base, ...options }, { path: 'config' });

describe('the configuration', () => {
  it.each([
    [{ host: 'ldap://ldap.example.com' }, 'config.host: is no host'],
    [{ bindDN: 'cn=admin' }, 'config.bindPW: is missing'],
    [{ bindDN: 'cn=admin', bindPW: '' }, 'config.bindPW: is empty'],
    [{ host: '' }, 'config.host: is empty'],
    [{ userSearch: { ...base.userSearch, idAttr: '' } }, 'config.userSearch.idAttr: is empty'],
    [{ bindPW: 'a', bindPWFile: 'b' }, 'config.bindPWFile: is set besides bindPW'],
    [{ clientCert: '/cert.pem' }, 'config.clientCert: belongs together with clientKey'],
    [{ allowedGroups: ['ops'] }, 'config.groupSearch: is missing'],
    [{ kerberos: { enabled: true } }, 'config.kerberos.enabled: cannot be switched on'],
    [{ timeout: '5m' }, 'config.timeout: is too long'],
    [{ userSearch: { ...base.userSearch, filter: '(uid=' } }, 'config.userSearch.filter: is no LDAP filter'],
    [{ userSearch: { ...base.userSearch, idAttr: undefined } }, 'config.userSearch.idAttr: is missing'],
    [
      { userSearch: { ...base.userSearch, username: 'my_uid' } },
      'config.userSearch.username: is no name of an attribute',
    ],
    [{ userSearch: { ...base.userSearch, username: ['uid', ''] } }, 'config.userSearch.username[1]: is empty'],
    [{ userSearch: { ...base.userSearch, scope: 'base' } }, 'config.userSearch.scope: must be one of'],
    [
      { userSearch: { ...base.userSearch, emailSuffix: 'example.com' } },
      'config.userSearch.emailSuffix: needs nameAttr',
    ],
    [{ userSearch: { ...base.userSearch, claimAttrs: [] } }, 'config.userSearch.claimAttrs: is empty'],
    [{ groupSearch: { baseDN: 'ou=g', nameAttr: 'cn' } }, 'config.groupSearch.userMatchers: is missing'],
    [
      { groupSearch: { baseDN: 'ou=g', userAttr: 'DN', groupAttr: 'member' } },
      'config.groupSearch.nameAttr: is missing',
    ],
    [
      { groupSearch: { baseDN: 'ou=g', nameAttr: 'cn', userAttr: 'member:1.2.3:', groupAttr: 'member' } },
      'config.groupSearch.userAttr: is no name of an attribute',
    ],
  ])('refuses %j', async (options, problem) => {
    await expect(configOf(options)).rejects.toThrow(problem);
  });

  it('tells an empty attribute and an empty host once', async () => {
    const groupSearch = { baseDN: 'ou=g', nameAttr: 'cn', userMatchers: [{ userAttr: '', groupAttr: 'member' }] };
    const problems = await configOf({ host: '', groupSearch }).catch(String);
    expect(String(problems).split('\n')).toEqual([
      expect.stringContaining('config.host: is empty'),
      expect.stringContaining('config.groupSearch.userMatchers[0].userAttr: is empty'),
    ]);
  });

  it('takes empty texts of keys that may be left out for nothing, as Go does', async () => {
    const matcher = { userAttr: 'DN', groupAttr: 'member' };
    const emptyUser = {
      filter: '',
      scope: '',
      emailAttr: '',
      nameAttr: '',
      preferredUsernameAttr: '',
      emailSuffix: '',
    };
    const emptyGroup = { filter: '', scope: '', userAttr: '', groupAttr: '', recursionGroupAttr: '' };
    const groupSearch = { baseDN: 'ou=g', nameAttr: 'cn', userMatchers: [matcher] };
    const unset = { bindDN: '', bindPW: '', bindPWFile: '', rootCA: '', rootCAData: '', clientCert: '', clientKey: '' };
    const empty = {
      ...unset,
      userSearch: { ...base.userSearch, ...emptyUser },
      groupSearch: { ...groupSearch, ...emptyGroup, userMatchers: [{ ...matcher, recursionGroupAttr: '' }] },
    };
    expect(await configOf(empty)).toEqual(await configOf({ groupSearch }));
  });

  it.each(['*', '+', '2.5.4.35', 'my_attribute', 'mail)(uid=*', '1.1'])(
    'asks for no attribute %s for rules',
    async (name) => {
      const userSearch = { ...base.userSearch, claimAttrs: ['title', name] };
      await expect(configOf({ userSearch })).rejects.toThrow('userSearch.claimAttrs[1]: is no name of an attribute');
    },
  );

  it.each([
    ...['userPassword', 'USERPASSWORD', 'userPassword;x-old', 'unicodePwd', 'ms-Mcs-AdmPwd', 'sambaNTPassword'],
    ...['passwordHistory', 'sambaClearTextPassword', 'oathSecret'],
  ])('asks for no secret for rules: %s', async (name) => {
    const userSearch = { ...base.userSearch, claimAttrs: [name] };
    await expect(configOf({ userSearch })).rejects.toThrow('claimAttrs[0]: holds a password or a key');
  });

  it('has no groups without a base', async () => {
    expect((await configOf({ groupSearch: { baseDN: '' } })).groupSearch).toBeUndefined();
  });

  it('prefers userMatchers to the older keys', async () => {
    const userMatchers = [{ userAttr: 'DN', groupAttr: 'member' }];
    const groupSearch = { baseDN: 'ou=g', nameAttr: 'cn', userMatchers, userAttr: 'uid', groupAttr: 'memberUid' };
    expect((await configOf({ groupSearch })).groupSearch?.userMatchers).toEqual(userMatchers);
  });

  it.each([
    'member:',
    'member::',
    'member:dn:',
    'member:DN:1.2:',
    ':1.2:',
    'member:1.2',
    'member:1.2:=',
    'member:a)b:',
  ])('refuses %s, which is no attribute with a matching rule', async (ruled) => {
    const matcher = { userAttr: 'DN', groupAttr: 'member' };
    for (const key of ['groupAttr', 'recursionGroupAttr']) {
      const groupSearch = { baseDN: 'ou=g', nameAttr: 'cn', userMatchers: [{ ...matcher, [key]: ruled }] };
      const problem = `config.groupSearch.userMatchers[0].${key}: is no name of an attribute`;
      await expect(configOf({ groupSearch })).rejects.toThrow(problem);
    }
  });

  it.each(['member:1.2.840.113556.1.4.1941:', 'member:distinguishedNameMatch:'])(
    'takes the matching rule of %s, in both forms of a matcher',
    async (ruled) => {
      const matcher = { userAttr: 'DN', groupAttr: ruled, recursionGroupAttr: ruled };
      const search = { baseDN: 'ou=g', nameAttr: 'cn' };
      const { groupSearch } = await configOf({ groupSearch: { ...search, userMatchers: [matcher] } });
      expect(groupSearch?.userMatchers).toEqual([matcher]);
      expect((await configOf({ groupSearch: { ...search, ...matcher } })).groupSearch?.userMatchers).toEqual([matcher]);
    },
  );

  it('takes Dex keys in any case', async () => {
    const { insecureNoSSL, userSearch } = await configOf({
      insecureNossl: true,
      userSearch: { basedn: 'dc=x', USERNAME: ['uid', 'mail'], idattr: 'DN' },
    });
    expect(insecureNoSSL).toBe(true);
    expect(userSearch).toMatchObject({ baseDN: 'dc=x', username: ['uid', 'mail'], idAttr: 'DN' });
  });
});

describe('serversOf', () => {
  it.each([
    [{}, 'ldaps://ldap.example.com:636'],
    [{ startTLS: true }, 'ldap://ldap.example.com:389'],
    [{ insecureNoSSL: true, startTLS: true }, 'ldap://ldap.example.com:389'],
    [{ host: 'ldap.example.com:10636' }, 'ldaps://ldap.example.com:10636'],
    [{ host: '[2001:db8::1]' }, 'ldaps://[2001:db8::1]:636'],
    [{ host: '[2001:db8::1]:1636' }, 'ldaps://[2001:db8::1]:1636'],
  ])('%j is %s', async (options, url) => {
    expect(serversOf(await configOf(options)).map((server) => server.url)).toEqual([url]);
  });

  it('keeps the order of hosts', async () => {
    const servers = serversOf(await configOf({ hosts: ['b.example.com', 'c.example.com:1'] }));
    expect(servers.map(({ host }) => host)).toEqual(['ldap.example.com', 'b.example.com', 'c.example.com']);
  });
});
