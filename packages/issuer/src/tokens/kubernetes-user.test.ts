import type { Json, JsonObject } from '@ostiary/primitives';
import { describe, expect, it } from 'vitest';
import type { ClaimMappings } from '../client.ts';
import { type KubernetesUser, kubernetesUser } from './kubernetes-user.ts';

const jane = { sub: 'CgNqYW4', email: 'jane@example.com', email_verified: true, groups: ['dev', 'ops'], name: 'Jane' };

const byEmail: ClaimMappings = {
  username: { claim: 'email', prefix: '' },
  groups: { claim: 'groups', prefix: 'oidc:' },
};
const bySubject: ClaimMappings = { username: { claim: 'sub', prefix: 'ostiary#' } };

const userOf = (claims: JsonObject, mappings: ClaimMappings): KubernetesUser =>
  kubernetesUser({ clientId: 'app', id: 'mark.own', audience: ['kubectl'], claims }, mappings);

const named = (prefix: string, claim = 'name'): ClaimMappings => ({ username: { claim, prefix } });
const grouped = (prefix: string): ClaimMappings => ({ ...bySubject, groups: { claim: 'groups', prefix } });

describe('the user of a token', () => {
  it('has the name, the groups and the id that the claims say, prefixes first, and the id of the token', () => {
    expect(userOf(jane, byEmail)).toEqual({
      username: 'jane@example.com',
      uid: jane.sub,
      groups: ['oidc:dev', 'oidc:ops'],
      extra: { 'authentication.kubernetes.io/credential-id': ['JTI=mark.own'] },
    });
    expect(userOf(jane, { ...bySubject, uid: { claim: 'email' } })).toMatchObject({
      ...{ username: `ostiary#${jane.sub}`, uid: 'jane@example.com', groups: [] },
    });
  });

  it.each([
    ['one text', 'dev', ['dev']],
    ['nothing', undefined, []],
    ['null', null, []],
    ['an empty list', [], []],
  ])('has the groups of a claim that is %s', (_what, groups, expected) => {
    const claims = groups === undefined ? { sub: 'a' } : { sub: 'a', groups };
    expect(userOf(claims, grouped('')).groups).toEqual(expected);
  });

  it.each([
    ['a number', 1],
    ['an object', { dev: true }],
    ['a list with something else in it', ['dev', 1]],
    ['lists in a list', [['dev']]],
  ])('is nobody when the groups are %s', (_what, groups) => {
    const refused = expect.objectContaining({
      code: 'token/invalid',
      detail: expect.objectContaining({ claim: 'groups' }),
    });
    expect(() => userOf({ sub: 'a', groups }, grouped(''))).toThrow(refused);
  });

  it.each([
    ['is not there', {}],
    ['is empty', { name: '' }],
    ['is no text', { name: ['jane'] }],
    ['is null', { name: null }],
  ])('is nobody when the claim of the name %s, whatever the prefix', (_what, claims) => {
    expect(() => userOf({ sub: 'a', ...claims }, named('oidc:'))).toThrow('names no user');
  });

  it.each(['constructor', '__proto__', 'toString'])('is nobody when the name is asked of %s', (claim) => {
    expect(() => userOf(jane, named('', claim))).toThrow('names no user');
  });

  it('is nobody when the claim of the id is not there', () => {
    expect(() => userOf({ sub: 'a' }, { ...bySubject, uid: { claim: 'email' } })).toThrow('names no user');
  });

  it.each([false, 'true', null, 1])('is nobody when the name is an address that is verified: %j', (verified) => {
    const claims = { ...jane, email_verified: verified };
    expect(() => userOf(claims, byEmail)).toThrow(
      expect.objectContaining({ detail: expect.objectContaining({ reason: 'email_verified' }) }),
    );
    expect(userOf(claims, bySubject).username).toBe(`ostiary#${jane.sub}`);
  });

  it('is believed in its address when nothing is said of it, as by kube-apiserver', () => {
    const { email_verified: _unsaid, ...claims } = jane;
    expect(userOf(claims, byEmail).username).toBe(jane.email);
  });

  it.each([
    ['', 'system:admin'],
    ['system:', 'admin'],
    ['sys', 'tem:admin'],
  ])('has no name of Kubernetes itself: %j before %j', (prefix, name) => {
    expect(() => userOf({ sub: 'a', name }, named(prefix))).toThrow('names no user');
  });

  it.each([
    ['', 'system:masters'],
    ['system:', 'masters'],
    ['sys', 'tem:masters'],
  ])('has no group of Kubernetes itself: %j before %j', (prefix, group) => {
    expect(userOf({ sub: 'a', groups: [group, 'a'] }, grouped(prefix)).groups).not.toContain('system:masters');
  });

  it('may have a prefix that makes another group of it', () => {
    expect(userOf({ sub: 'a', groups: ['system:masters'] }, grouped('oidc:')).groups).toEqual(['oidc:system:masters']);
  });

  it('may be worked out of all claims', () => {
    const computed = (compute: (claims: JsonObject) => Json | undefined) => ({ compute });
    const mappings = {
      username: computed(({ name, sub }) => `${String(name)}/${String(sub)}`),
      groups: computed(({ groups }) => [groups ?? [], 'system:masters', 'all'].flat()),
      uid: computed(() => 'id'),
    };
    expect(userOf(jane, mappings)).toMatchObject({
      username: 'Jane/CgNqYW4',
      groups: ['dev', 'ops', 'all'],
      uid: 'id',
    });
    for (const wrong of ['system:admin', '', 7, undefined]) {
      expect(() => userOf(jane, { ...mappings, username: computed(() => wrong) })).toThrow('names no user');
    }
    expect(() => userOf(jane, { ...mappings, groups: computed(() => [1]) })).toThrow('names no user');
  });

  it('has attributes besides, but for those that are empty', () => {
    const extra = {
      'example.com/team': { compute: () => 'red' },
      'example.com/roles': { compute: ({ groups }: JsonObject) => [groups ?? [], ''].flat() },
      'example.com/none': { compute: () => undefined },
      'example.com/empty': { compute: () => '' },
      'example.com/list': { compute: () => [] },
      'authentication.kubernetes.io/credential-id': { compute: () => 'JTI=another' },
    };
    expect(userOf(jane, { ...bySubject, extra }).extra).toEqual({
      'example.com/team': ['red'],
      'example.com/roles': ['dev', 'ops'],
      'authentication.kubernetes.io/credential-id': ['JTI=mark.own'],
    });
    for (const wrong of [7, true, { a: 'b' }, ['a', 1], [['a']]]) {
      const odd = { 'example.com/odd': { compute: () => wrong } };
      expect(() => userOf(jane, { ...bySubject, extra: odd })).toThrow(
        expect.objectContaining({ detail: { reason: 'claim', claim: 'extra example.com/odd', tokenId: 'mark.own' } }),
      );
    }
  });

  it('is nobody when that fails, and the log hears why', () => {
    const compute = (): string => {
      throw new Error('No such key: team');
    };
    const detail = { reason: 'rule', claim: 'expression', failure: 'No such key: team', tokenId: 'mark.own' };
    for (const mappings of [{ username: { compute } }, { ...bySubject, groups: { compute } }]) {
      expect(() => userOf(jane, mappings)).toThrow(expect.objectContaining({ code: 'token/invalid', detail }));
    }
  });
});
