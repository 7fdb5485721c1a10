import { expect, it } from 'vitest';
import type { GroupSearch } from './config.ts';
import type { Session } from './directory.ts';
import { groupsOf } from './groups.ts';

const search: GroupSearch = {
  baseDN: 'dc=groups',
  scope: 'sub',
  nameAttr: 'cn',
  userMatchers: [{ userAttr: 'dn', groupAttr: 'member', recursionGroupAttr: 'member' }],
};

const dnOf = (cn: string): string => `cn=${cn},dc=groups`;

it('asks once for what holds a group, though groups hold each other in a circle', async () => {
  const holders: Readonly<Record<string, string>> = {
    'uid=jane': 'ops',
    [dnOf('ops')]: 'staff',
    [dnOf('staff')]: 'ops',
  };
  const asked: string[] = [];
  const session: Session = {
    async search(_base, { filter }) {
      const [, member = ''] = /\(member=(.+)\)/u.exec(String(filter)) ?? [];
      asked.push(member);
      const cn = holders[member];
      return cn === undefined ? [] : [{ dn: dnOf(cn), cn }];
    },
    hasPassword: async () => false,
  };
  expect(await groupsOf(session, { dn: 'uid=jane' }, search)).toEqual(['ops', 'staff']);
  expect(asked).toEqual(['uid=jane', dnOf('ops'), dnOf('staff')]);
});
