import type { RuleFacts } from '@ostiary/issuer';
import { describe, expect, it } from 'vitest';
import { claimRule, personRule } from './rules.ts';

const facts: RuleFacts = {
  identity: {
    userId: 'u-1',
    username: 'Jane',
    email: { address: 'jane@example.com', verified: true },
    groups: ['dev'],
    extra: { department: 'IT', level: 3 },
  },
  clientId: 'grafana',
  connectorId: 'ldap',
  scopes: ['openid', 'groups'],
};

const place = (problems: string[] = []) => ({
  path: 'staticClients[0].userValidationRules[1]',
  onProblem: (path: string, problem: string) => void problems.push(`${path}: ${problem}`),
});

describe('a rule about people', () => {
  it.each([
    ['"dev" in identity.groups', true],
    ['identity.email.endsWith("@example.com") && identity.email_verified', true],
    ['identity.extra.department == "HR"', false],
    ['identity.extra.level >= 3', true],
    ['request.client_id == "grafana" && request.connector_id == "ldap" && "groups" in request.scopes', true],
    ['identity.preferred_username == "" && identity.tenant == "" && identity.user_id == "u-1"', true],
    ['has(identity.extra.other)', false],
  ])('%s: %s', (expression, expected) => {
    expect(personRule({ expression }, place())?.rule.admits(facts)).toBe(expected);
  });

  it('has its place for a name, and the message of the file', () => {
    expect(personRule({ expression: 'true', message: 'No.' }, place())?.rule).toMatchObject({
      name: 'staticClients[0].userValidationRules[1]',
      message: 'No.',
    });
  });

  it('that fails says where', () => {
    const rule = personRule({ expression: 'identity.extra.other == 1' }, place());
    expect(() => rule?.rule.admits(facts)).toThrow(
      'staticClients[0].userValidationRules[1].expression: No such key: other, at character 16',
    );
    const dynamic = personRule({ expression: 'identity.extra.department' }, place());
    expect(() => dynamic?.rule.admits(facts)).toThrow('comes to something else than true or false');
  });

  it.each([
    ["!('contractors' in identity.groups)", 'groups'],
    ["identity.email != 'joe@example.com'", 'email'],
    ['!identity.email_verified', 'email_verified'],
    ["identity.username != 'Joe'", 'username'],
    ["identity.preferred_username == ''", 'preferred_username'],
    ["identity.tenant == ''", 'tenant'],
    ['!has(identity.extra.a)', 'extra'],
  ])('%s fails for whom that is not known of', (expression, name) => {
    const rule = personRule({ expression }, place())?.rule;
    const unknown = ['email', 'extra', 'groups', 'preferredUsername', 'tenant', 'username'] as const;
    expect(() => rule?.admits({ ...facts, unknown })).toThrow(`No such key: ${name}`);
    expect(rule?.admits({ ...facts, identity: { ...facts.identity, extra: {} } })).toBeTypeOf('boolean');
  });

  it('may ask whether something is known', () => {
    const rule = personRule({ expression: "has(identity.groups) && 'dev' in identity.groups" }, place())?.rule;
    expect([rule?.admits(facts), rule?.admits({ ...facts, unknown: ['groups'] })]).toEqual([true, false]);
  });

  it('that is wrong is told', () => {
    const problems: string[] = [];
    expect(personRule({ expression: 'claims.department == "IT"' }, place(problems))).toBeUndefined();
    expect(problems).toEqual([
      'staticClients[0].userValidationRules[1].expression: is no valid expression: Unknown variable: claims, at character 1.',
    ]);
  });
});

describe('a claim', () => {
  it.each([
    ['"dev" in identity.groups ? "Admin" : "Viewer"', 'Admin'],
    ['{"teams": identity.groups, "level": identity.extra.level}', { teams: ['dev'], level: 3 }],
    ['identity.extra.?other', undefined],
  ])('%s', (expression, expected) => {
    expect(claimRule(expression, place())?.(facts)).toEqual(expected);
  });

  it('that is wrong is told', () => {
    const problems: string[] = [];
    expect(claimRule('identity.role', place(problems))).toBeUndefined();
    expect(problems).toHaveLength(1);
  });
});
