import type { Identity } from '@ostiary/connector-sdk';
import type { MappedIdentity } from '@ostiary/issuer';
import { describe, expect, it } from 'vitest';
import { type IdentityMapping, identityMapping, type MappingExpressions } from './identity-mapping.ts';

const jane: Identity = {
  userId: 'u-1',
  username: 'Jane Doe',
  preferredUsername: 'jane',
  email: { address: 'Jane@Example.com', verified: true },
  groups: ['dev'],
  claims: { roles: ['admin'], department: 'IT' },
};

function read(expressions: MappingExpressions): { mapping: IdentityMapping; problems: readonly string[] } {
  const problems: string[] = [];
  const onProblem = (path: string, problem: string): void => void problems.push(`${path}: ${problem}`);
  return { mapping: identityMapping(expressions, { path: 'connectors[0].identityMappings', onProblem }), problems };
}

const map = (expressions: MappingExpressions, answer: Identity = jane, before?: MappedIdentity): MappedIdentity =>
  read(expressions).mapping.map(answer, before);

describe('a mapping', () => {
  it('leaves as it is what it does not name', () => {
    const { username, preferredUsername, email, groups } = jane;
    expect(map({})).toEqual({ username, preferredUsername, email, groups });
    expect(map({}, { userId: 'u', username: '', groups: [] })).toEqual({ username: '', groups: [] });
  });

  it('says each name, and what rules may go by besides', () => {
    const expressions = {
      username: 'identity.username.lowerAscii()',
      preferredUsername: 'identity.preferred_username + "@corp"',
      groups: 'identity.groups + claims.roles',
      extra: { department: 'claims.department', missing: 'claims.?other' },
    };
    expect(map(expressions)).toEqual({
      username: 'jane doe',
      preferredUsername: 'jane@corp',
      email: jane.email,
      groups: ['dev', 'admin'],
      extra: { department: 'IT' },
    });
  });

  it('reads claims as directories and APIs have them: lists, and names with a hyphen', () => {
    const claims = { employeeType: ['contractor'], 'display-name': 'Jane', department: ['IT', 'Ops'] };
    const extra = {
      outside: "'contractor' in claims.employeeType",
      department: 'claims.department[0]',
      name: "claims['display-name']",
    };
    expect(map({ extra }, { ...jane, claims }).extra).toEqual({ outside: true, department: 'IT', name: 'Jane' });
  });

  it('takes one text for a list of one, and an empty one for none', () => {
    expect(map({ groups: 'claims.department' }).groups).toEqual(['IT']);
    expect(map({ groups: 'claims.?other' }).groups).toEqual([]);
    expect(map({ preferredUsername: '""', email: 'claims.?mail' })).toEqual({ username: 'Jane Doe', groups: ['dev'] });
  });

  it.each([
    ['the same but for case', 'identity.email.lowerAscii()', undefined, true],
    ['another', '"root@example.com"', undefined, false],
    ['another that the operator vouches for', 'identity.preferred_username + "@example.com"', 'true', true],
    ['the same that the operator does not believe', undefined, 'false', false],
  ])('calls an address verified that is %s', (_which, email, emailVerified, verified) => {
    expect(map({ email, emailVerified }).email?.verified).toBe(verified);
  });

  it('tells the sign for kelvin from a k', () => {
    const kim = { ...jane, email: { address: 'kim@example.com', verified: true } };
    expect(map({ email: '"\u212aim@example.com"' }, kim).email?.verified).toBe(false);
    expect(map({ email: '"KIM@example.com"' }, kim).email?.verified).toBe(true);
  });

  it('calls no address verified that the provider has not', () => {
    const doubtful = { ...jane, email: { address: 'jane@example.com', verified: false } };
    expect(map({ email: 'identity.email' }, doubtful).email?.verified).toBe(false);
  });

  it('keeps at a refresh without claims what goes by them, and asks the rest anew', () => {
    const expressions = {
      username: 'identity.username + "!"',
      preferredUsername: 'claims.department',
      email: 'claims.department + "@example.com"',
      emailVerified: 'has(claims.department)',
      groups: 'claims.roles',
      extra: { department: 'claims.department', kind: '"person"' },
    };
    const before = map(expressions);
    const { claims: _none, ...renewed } = { ...jane, username: 'Jane Roe' };
    expect(map(expressions, renewed, before)).toEqual({ ...before, username: 'Jane Roe!' });
    expect(map(expressions, { ...renewed, claims: { roles: [], department: 'HR' } }, before)).toMatchObject({
      groups: [],
      preferredUsername: 'HR',
      email: { address: 'HR@example.com', verified: true },
    });
  });

  it('believes no other address at a refresh without claims because of what they said of the last one', () => {
    const expressions = { emailVerified: 'claims.?address_checked.orValue(false)' };
    const { claims, ...later } = jane;
    const before = map(expressions, { ...jane, claims: { ...claims, address_checked: true } });
    expect(map(expressions, later, before).email).toEqual({ address: 'Jane@Example.com', verified: true });
    const moved = { ...later, email: { address: 'root@example.com', verified: false } };
    expect(map(expressions, moved, before).email).toEqual({ address: 'root@example.com', verified: false });
  });

  it.each([
    [{ username: 'claims.other' }, 'connectors[0].identityMappings.username: No such key: other'],
    [{ username: 'claims.roles' }, 'identityMappings.username: comes to something else than a text'],
    [{ emailVerified: 'claims.department' }, 'emailVerified: comes to something else than true or false'],
    [{ groups: 'claims.mixed' }, 'identityMappings.groups: comes to something else than a list of texts'],
    [{ extra: { large: 'claims.large' } }, /identityMappings\.extra: comes to \d+ bytes, more than 8192/],
  ])('%j fails for a person of whom it was not said like that', (expressions, message) => {
    const answer = { ...jane, claims: { ...jane.claims, mixed: ['a', 1], large: 'x'.repeat(9000) } };
    expect(() => map(expressions, answer)).toThrow(message);
  });

  it('tells of all that is wrong with it, and where', () => {
    const { problems } = read({
      username: 'identity.groups',
      preferredUsername: 'nobody',
      email: '1',
      emailVerified: '"yes"',
      groups: 'identity.username',
      extra: { a: 'x', b: 'claims.b' },
    });
    expect(problems).toEqual([
      expect.stringMatching(/^connectors\[0\]\.identityMappings\.username: comes to list<string>/),
      expect.stringMatching(/\.preferredUsername: is no valid expression: Unknown variable: nobody/),
      expect.stringMatching(/\.email: comes to int/),
      expect.stringMatching(/\.emailVerified: comes to string/),
      expect.stringMatching(/\.groups: comes to string\. It must come to list<string>\.$/),
      expect.stringMatching(/\.extra\.a: is no valid expression/),
    ]);
  });

  it('says whether it goes by claims', () => {
    expect(read({ groups: 'identity.groups' }).mapping.usesClaims).toBe(false);
    expect(read({ extra: { a: 'has(claims.a)' } }).mapping.usesClaims).toBe(true);
  });
});
