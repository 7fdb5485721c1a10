import { AndFilter, EqualityFilter, ExtensibleFilter, type Filter, OrFilter } from 'ldapts';
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

const isGroup = new EqualityFilter({ attribute: 'objectClass', value: 'group' });
const inChain = '1.2.840.113556.1.4.1941';

/** What is asked for a person with these values of `uid`. */
async function filtersFor(groupAttr: string, uid: string[]): Promise<readonly unknown[]> {
  const asked: unknown[] = [];
  const session: Session = {
    async search(_base, { filter }) {
      asked.push(filter);
      return [];
    },
    hasPassword: async () => false,
  };
  await groupsOf(
    session,
    { dn: 'uid=jane', uid },
    { ...search, filter: isGroup, userMatchers: [{ userAttr: 'uid', groupAttr }] },
  );
  return asked;
}

it('sends a matching rule beside the attribute, and the value as it is', async () => {
  const ruled = (value: string): Filter => new ExtensibleFilter({ matchType: 'member', rule: inChain, value });
  const value = 'cn=Doe\\, (J*),dc=x';
  expect(await filtersFor(`member:${inChain}:`, [value])).toEqual([
    new AndFilter({ filters: [isGroup, ruled(value)] }),
  ]);
  expect(await filtersFor(`member:${inChain}:`, ['a', 'b'])).toEqual([
    new AndFilter({ filters: [isGroup, new OrFilter({ filters: [ruled('a'), ruled('b')] })] }),
  ]);
});
