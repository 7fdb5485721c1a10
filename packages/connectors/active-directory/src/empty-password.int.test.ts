import { openForm } from '@ostiary/connector-sdk/testing';
import { startScripted } from '@ostiary/tooling-servers';
import { expect, it } from 'vitest';
import { noHttp } from '../test/support.ts';
import { activeDirectory } from './index.ts';

const dn = 'cn=jane,dc=corp';
const options = {
  ...{ domain: 'corp.example.com', baseDN: 'dc=corp', idAttr: 'uid', nestedGroups: 'none' },
  ...{ insecureNoSSL: true, bindDN: 'cn=service', bindPW: 'secret' },
};

it('does not try an empty password, which a domain controller may take for an anonymous bind', async () => {
  await using server = await startScripted(({ name }) => (name === 'dc=corp' ? { code: 0, dn } : { code: 0 }));
  const { check } = await openForm(activeDirectory, noHttp, { options: { ...options, host: server.host } });
  const scopes = { groups: false };
  expect(await check({ username: 'jane', password: '', scopes })).toBe('rejected');
  expect(server.questions).toEqual([]);
  expect(await check({ username: 'jane', password: 'right', scopes })).toMatchObject({ userId: 'jane' });
  expect(server.questions.filter(({ kind, name }) => kind === 'bind' && name === dn)).toHaveLength(1);
});
