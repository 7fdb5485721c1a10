import { readConfig } from '@ostiary/connector-sdk/config';
import { describe, expect, it } from 'vitest';
import { activeDirectory } from './index.ts';

const read = (options: Readonly<Record<string, unknown>>) =>
  readConfig(activeDirectory.config, { domain: 'Corp.Example.COM', ...options }, { path: 'config' });

describe('config', () => {
  it('takes host and trees from the name of the domain', async () => {
    expect(await read({})).toMatchObject({
      domain: 'corp.example.com',
      host: 'corp.example.com',
      baseDN: 'DC=corp,DC=example,DC=com',
      groupBaseDN: 'DC=corp,DC=example,DC=com',
      idAttr: 'objectGUID',
      nestedGroups: 'tokenGroups',
    });
  });

  it('takes others when they are given', async () => {
    const given = { host: 'dc1.corp.example.com:3269', baseDN: 'OU=People,DC=x', groupBaseDN: 'OU=Groups,DC=x' };
    expect(await read({ ...given, netbiosDomain: 'corp' })).toMatchObject({ ...given, netbiosDomain: 'CORP' });
  });

  it('takes empty texts of keys that may be left out for nothing', async () => {
    const attributes = { idAttr: '', nameAttr: '', emailAttr: '', preferredUsernameAttr: '', groupNameAttr: '' };
    const trees = { host: '', netbiosDomain: '', baseDN: '', groupBaseDN: '', nestedGroups: '' };
    expect(await read({ ...attributes, ...trees, bindDN: '', bindPW: '', rootCA: '' })).toEqual(await read({}));
    expect((await read({ userFilter: '', groupFilter: '' })).userFilter.toString()).toContain('objectClass=user');
  });

  it.each([
    ['a domain that is none', { domain: 'CORP' }, 'domain: is no domain. Write it like corp.example.com.'],
    ['a NetBIOS name that is none', { netbiosDomain: 'corp.example.com' }, 'netbiosDomain: is no NetBIOS name'],
    ['a filter that is none', { userFilter: '(objectClass=user' }, 'userFilter: is no LDAP filter'],
    ['an attribute that is none', { groupNameAttr: 'cn)(x=' }, 'groupNameAttr: is no name of an attribute'],
    ['a secret for rules', { claimAttrs: ['ms-Mcs-AdmPwd'] }, 'claimAttrs[0]: holds a password or a key'],
    ['another way to groups', { nestedGroups: 'all' }, 'nestedGroups: must be one of'],
    ['an account without password', { bindDN: 'svc@corp.example.com' }, 'bindPW: is missing'],
    ['an account with an empty password', { bindDN: 'svc@corp.example.com', bindPW: '' }, 'bindPW: is empty'],
    ['a password twice', { bindPW: 'a', bindPWFile: '/b' }, 'bindPWFile: is set besides bindPW'],
    ['a certificate without key', { clientCert: '/a' }, 'clientCert: belongs together with clientKey'],
  ])('refuses %s', async (_what, options, message) => {
    await expect(read(options)).rejects.toThrow(message);
  });
});
