import type { Json } from '@ostiary/primitives';
import { describe, expect, it } from 'vitest';
import { type Compiled, compile } from './compile.ts';
import { answerEnvironment, variablesOfAnswer } from './environment.ts';

const identity = { userId: 'u-1', username: 'Jane', groups: ['dev', 'ops'] };
const claims = { roles: ['a', 'b'], level: 3, ratio: 0.5, department: 'IT', nested: { team: 'x' }, none: null };

const read = (source: string, types: readonly string[] = ['any']): Compiled =>
  compile(source, answerEnvironment, types);

function evaluated(source: string, more: Readonly<Record<string, unknown>> = {}): Json | undefined {
  const compiled = read(source);
  if (!compiled.ok) throw new Error(compiled.problem);
  return compiled.evaluate(variablesOfAnswer({ ...identity, claims: { ...claims, ...more } }));
}

const problemOf = (source: string, types?: readonly string[]): string | undefined => {
  const compiled = read(source, types);
  return compiled.ok ? undefined : compiled.problem;
};

describe('an expression', () => {
  it.each<[string, Json | undefined]>([
    ['identity.groups.map(g, "corp:" + g)', ['corp:dev', 'corp:ops']],
    ['identity.groups.filter(g, g.startsWith("d"))', ['dev']],
    ['identity.username.lowerAscii()', 'jane'],
    ['identity.email == ""', true],
    ['identity.email_verified', false],
    ['claims.roles + identity.groups', ['a', 'b', 'dev', 'ops']],
    ['claims.level + 1', 4],
    ['claims.level > 2 ? "senior" : "junior"', 'senior'],
    ['claims.ratio', 0.5],
    ['claims.nested.team', 'x'],
    ['has(claims.other)', false],
    ['claims.?other', undefined],
    ['claims.?other.orValue("none")', 'none'],
    ['claims.?department', 'IT'],
    ['{"roles": claims.roles, "level": claims.level, "none": claims.?other}', { roles: ['a', 'b'], level: 3 }],
    ['["x", claims.level]', ['x', 3]],
    ['claims.none', null],
    ['claims', claims],
    ['cel.bind(all, claims.roles + identity.groups, all.size())', 4],
    ['identity.groups.exists(g, g.matches("^d.v$")) && "ops".matches("p")', true],
    ['"a.b".matches(r"a\\.b") && !"axb".matches(r"a\\.b")', true],
    ['"a-b-c".replace("-", "_")', 'a_b_c'],
    ['"a-b-c".replace("-", "_", 1)', 'a_b-c'],
    [
      '["a".replace("x", "y"), "a".replace("a", "b", 0), "aa".replace("a", "$&"), "aa".replace("a", "b", -1)]',
      ['a', 'a', '$&$&', 'bb'],
    ],
    ['["ab".replace("", "."), "ab".replace("", ".", 2), "".replace("", ".")]', ['.a.b.', '.a.b', '.']],
    ['["äb".charAt(0), "😀b".charAt(1), "ab".charAt(2)]', ['ä', 'b', '']],
    ['["a1b22".find("[0-9]+"), "ab".find("[0-9]")]', ['1', '']],
    [
      '["a1b22".findAll("[0-9]+"), "a1b22".findAll("[0-9]", 2), "a1".findAll("[0-9]", 0)]',
      [['1', '22'], ['1', '2'], []],
    ],
    ['sets.contains(identity.groups, ["ops"]) && !sets.contains(["ops"], identity.groups)', true],
    ['sets.intersects(claims.roles, ["b", "z"]) && !sets.intersects(claims.roles, [])', true],
    ['sets.equivalent([1, 1, 2], [2.0, 1.0]) && !sets.equivalent(["1"], [1])', true],
    ['sets.contains([true, null, "a"], [null, true])', true],
  ])('%s', (source, expected) => {
    expect(evaluated(source)).toEqual(expected);
  });

  it.each([
    ['', 'is no valid expression'],
    ['identity.groups +', 'is no valid expression: Unexpected token'],
    ['identity.grups', 'is no valid expression: No such key: grups, at character 10.'],
    ['user.name', 'is no valid expression: Unknown variable: user, at character 1.'],
    ['identity.username + 1', 'is no valid expression: no such overload'],
    ['identity.username.shout()', 'is no valid expression: found no matching overload'],
    ['b"x"', 'comes to bytes, which JSON does not have. Make a text or a number of it.'],
    ['optional.of({"a": [b"x"]})', 'which JSON does not have'],
    ['timestamp("2026-01-01T00:00:00Z")', 'comes to google.protobuf.Timestamp, which JSON does not have'],
    ['type(1)', 'comes to type, which JSON does not have'],
    ['5u', 'comes to uint, which JSON does not have'],
    ['identity.username.matches("(")', 'has a pattern that RE2 does not know: "("'],
    ['identity.username.matches("a(?=b)")', 'has a pattern that RE2 does not know'],
    ['identity.username.find("(")', 'has a pattern that RE2 does not know: "("'],
    ['identity.username.findAll("(", 1)', 'has a pattern that RE2 does not know: "("'],
    ['sets.contains(identity.groups, "ops")', 'found no matching overload'],
    [`"${'x'.repeat(10_240)}"`, 'has more than 10240 signs'],
  ])('%s is refused: %s', (source, problem) => {
    expect(problemOf(source)).toContain(problem);
  });

  it.each([
    ['identity.username', ['bool'], 'comes to string. It must come to bool.'],
    ['identity.groups', ['string', 'dyn'], 'comes to list<string>. It must come to string.'],
    ['claims.department', ['bool'], 'comes to dyn. It must come to bool.'],
  ])('%s is refused where it must be %s', (source, types, problem) => {
    expect(problemOf(source, types)).toBe(problem);
  });

  it.each([
    ['claims.other', 'No such key: other, at character 8'],
    ['claims.department + 1', 'no such overload: dyn<string> + int, at character 1'],
    ['1 / (claims.level - 3)', 'division by zero'],
    ['claims.constructor', 'No such key: constructor'],
    ['claims.__proto__', 'No such key: __proto__'],
    ['claims.big', 'comes to a number that JSON would change'],
    ['[claims.level, b"x"]', 'comes to a value that JSON does not have. Make a text or a number of it.'],
    ['google', 'comes to a value that JSON does not have'],
    ['claims.level.matches("x")', "found no matching overload for 'int.matches(string)'"],
    ['duration(claims.level) > duration("1s")', "found no matching overload for 'duration(int)'"],
    ['duration("12") > duration("1s")', 'Invalid duration string: 12'],
    ['1.0 / 0.0', 'comes to a number that JSON would change'],
  ])('%s fails when it is evaluated: %s', (source, reason) => {
    expect(() => evaluated(source, { big: 2 ** 60 })).toThrow(reason);
  });

  it.each([
    'claims.level - (claims.level - 1) == 1',
    '10 % (3 * 2) == 4',
    '-(claims.level > 2 ? 1 : 2) == -1',
    '0.0000000001 > 0.0',
    '1e300 > 1e299',
    '"\u{1f600}".size() == 1',
    'identity.groups.filter(g, g.matches("^dev$") || g.size() - (2 - 1) == 9) == ["dev"]',
  ])('means the same with matches in it: %s', (source) => {
    expect(evaluated(`"a".matches("a") && ${source}`)).toBe(true);
    expect(evaluated(`${source} && "a".matches("a")`)).toBe(true);
  });

  it('says which variables it names', () => {
    const compiled = read('identity.groups.map(g, g + claims.department)');
    expect(compiled.ok && compiled.names.has('claims')).toBe(true);
    const other = read('identity.groups');
    expect(other.ok && other.names.has('claims')).toBe(false);
  });
});

describe('time', () => {
  it('for a pattern is in proportion to the text, whatever the pattern', () => {
    // Backtracking would try two to the power of forty ways through this text.
    const text = `${'a'.repeat(40)}b`;
    expect(evaluated('claims.text.matches("^(a+)+$")', { text })).toBe(false);
    expect(evaluated('claims.text.matches(claims.pattern)', { text, pattern: '^(a+)+$' })).toBe(false);
  });

  it('for a duration is bounded', () => {
    expect(evaluated('duration(claims.text) == duration("1h") + duration("30m")', { text: '1h30m' })).toBe(true);
    expect(() => evaluated('duration(claims.text) > duration("1s")', { text: '1'.repeat(101) })).toThrow(
      'a duration has more than 100 signs',
    );
  });

  it.each([
    ['"ab".charAt(3)', 'charAt: there is no sign 3'],
    ['"ab".charAt(-1)', 'charAt: there is no sign -1'],
    ['claims.long.replace("x", claims.long)', 'replace: the text would have more than 100000 signs'],
    ['claims.long.replace("", claims.long, 300)', 'replace: the text would have more than 100000 signs'],
    ['sets.contains([claims.nested], [claims.nested])', 'sets has lists of texts, numbers and true or false only'],
    ['identity.username.find(claims.open)', 'error parsing regexp'],
  ])('fails with a reason: %s', (source, reason) => {
    expect(() => evaluated(source, { long: 'x'.repeat(1_000), open: '(' })).toThrow(reason);
  });

  it('for lists is bounded: two loops may stand inside each other, not three', () => {
    const loops = (body: string) => `claims.roles.all(a, claims.roles.exists(b, ${body}))`;
    expect(problemOf(loops('a == b'))).toBeUndefined();
    expect(problemOf(loops('claims.roles.exists_one(c, a == c)'))).toContain('more than 2 loops inside each other');
    expect(problemOf(loops('[a].map(c, c) == [b]'))).toContain('more than 2 loops inside each other');
    expect(problemOf(`${loops('claims.roles.exists(c, a == c)')} || true`)).toContain('more than 2 loops');
    const inList = 'claims.roles.filter(a, claims.roles.exists(b, claims.roles.exists(c, a == c))).map(d, d)';
    expect(problemOf(inList)).toContain('more than 2 loops inside each other');
    expect(problemOf(loops('(a + b) in claims.roles'))).toContain('more than 2 loops inside each other');
    expect(problemOf(loops('b in ["x", "y"]'))).toBeUndefined();
    expect(problemOf(loops('sets.contains(claims.roles, [a, b])'))).toContain('more than 2 loops inside each other');
    expect(problemOf('claims.roles.all(a, sets.contains(claims.roles, [a]))')).toBeUndefined();
    expect(problemOf('claims.roles.all(a, a in identity.groups) && "x" in claims.roles')).toBeUndefined();
    // One after the other.
    expect(problemOf('claims.roles.map(a, a).filter(b, b != "").map(c, c).exists(d, d == "x")')).toBeUndefined();
  });
});
