import { describe, expect, it } from 'vitest';
import { continuations } from './referrals.ts';

const branch = { url: 'ldaps://branch.example:636', host: 'branch.example' };
const v6 = { url: 'ldaps://[::1]:636', host: '::1' };
const follow = (...references: string[]) => continuations(references, { named: [branch, v6], base: 'dc=example' });

describe('a reference to another server', () => {
  it.each([
    ['ldap://branch.example/ou=B,dc=example', 'ou=B,dc=example'],
    ['ldap://BRANCH.example:389/ou=B,dc=example??sub?(uid=x)', 'ou=B,dc=example'],
    ['ldap://branch.example/ou=S%C3%BCd,dc=example', 'ou=Süd,dc=example'],
    ['ldap://branch.example', 'dc=example'],
  ])('%s is followed', (reference, base) => {
    expect(follow(reference)).toEqual([{ servers: [branch], base }]);
  });

  it('may name an address', () => {
    expect(follow('ldap://[::1]/ou=B')).toEqual([{ servers: [v6], base: 'ou=B' }]);
  });

  it('names any of several servers for one part of the tree', () => {
    const [first, second] = ['ldap://branch.example/ou=B', 'ldap://[::1]/OU=b'];
    expect(follow(first, second, first, 'ldap://[::1]/ou=C')).toEqual([
      { servers: [branch, v6], base: 'ou=B' },
      { servers: [v6], base: 'ou=C' },
    ]);
  });

  it.each([
    'ldap://evil.example/ou=B',
    'ldap://branch.example.evil.example/',
    'nonsense',
    'ldap://branch.example/%zz',
    '',
  ])('%j is passed over', (reference) => {
    expect(follow(reference)).toEqual([]);
  });
});
