import { describe, expect, it } from 'vitest';
import { apiServerProblem } from './api-server-dialect.ts';

// Each was given to the authenticator of Kubernetes 1.37, which says the same.
describe('an expression for an API server', () => {
  it.each([
    'claims.sub.lowerAscii()',
    "'id:' + claims['sub'].substring(1)",
    "claims.?federated_claims.?user_id.orValue('none')",
    "'admins' in claims.groups ? ['a'] : ['b']",
    "dyn(claims.groups).map(group, 'p:' + group)",
    "dyn(claims.?groups.orValue([])).filter(group, group.startsWith('x'))",
    "claims.scope.split(' ').map(word, 'p:' + word)",
    "['a', claims.sub].exists(name, name == 'a') ? ['b'] : []",
    "claims.exists(name, name == 'sub') ? ['a'] : []",
    "claims.?team.orValue('')",
    "claims.teams.split(',').map(text, text)",
    "claims.teams.split(',')[0]",
    'null',
  ])('may be %s', (expression) => {
    expect(apiServerProblem(expression)).toBeUndefined();
  });

  it.each([
    ["claims.groups.map(group, 'p:' + group)", 'map'],
    ["claims['groups'].exists(group, group == 'a') ? ['a'] : []", 'exists'],
    ['claims.a.b.filter(group, true)', 'filter'],
    ['claims.?groups.orValue([]).all(group, true) ? ["a"] : []', 'all'],
    ['claims.?a.?b.value().exists_one(group, true) ? ["a"] : []', 'exists_one'],
    ["(has(claims.a) ? claims.a : claims.b).map(group, 'p:' + group)", 'map'],
    ["(has(claims.a) ? claims.a : ['x']).map(group, 'p:' + group)", 'map'],
    ["(has(claims.a) ? ['x'] : claims.a).map(group, 'p:' + group)", 'map'],
    ["claims.?a.or(claims.?b).orValue([]).map(group, 'p:' + group)", 'map'],
    ["dyn(claims.groups).filter(group, claims.a.exists(a, a == group)).map(group, 'p:' + group)", 'exists'],
  ])('may not go through a claim as it is: %s', (expression, loop) => {
    expect(apiServerProblem(expression)).toMatch(new RegExp(`^has ${loop} on a claim, .*Put dyn\\( \\) around`, 'u'));
  });

  it.each(['claims.?team', "claims[?'a']", 'true ? claims.?a.?b : optional.of("x")'])(
    'may not come to an optional value: %s',
    (expression) => {
      expect(apiServerProblem(expression)).toMatch(/^comes to an optional value, .*Put \.orValue\( \) behind it\.$/u);
    },
  );

  it.each([
    "claims.teams.split(',')",
    "has(claims.teams) ? claims.teams.split(',', 3) : []",
    "true ? [] : 'a'.split('')",
  ])('may not come to what split makes: %s', (expression) => {
    expect(apiServerProblem(expression)).toMatch(/^comes to what split makes, .*Put \.map\(text, text\) behind it\.$/u);
  });

  it('may not have what Kubernetes lacks', () => {
    expect(apiServerProblem("cel.bind(name, claims.sub, name + '!')")).toContain('has cel.bind');
  });
});
