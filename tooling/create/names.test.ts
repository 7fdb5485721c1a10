import { describe, expect, it } from 'vitest';
import { namePattern, nameProblem, rename } from './names.ts';

describe('rename', () => {
  it('keeps the spelling of each place', () => {
    const text = `@ostiary/connector-template-name templateName TemplateNameConfig "Template Name"`;
    expect(rename(text, 'azure-devops')).toBe(
      `@ostiary/connector-azure-devops azureDevops AzureDevopsConfig "Azure Devops"`,
    );
    expect(rename(text, 'ldap')).toBe(`@ostiary/connector-ldap ldap LdapConfig "Ldap"`);
  });
});

describe('namePattern', () => {
  it.each(['ldap', 'azure-devops', 'oauth2'])('accepts %j', (name) => expect(name).toMatch(namePattern));
  it.each(['', 'LDAP', '2fa', 'a--b', 'a-', '../a', 'a/b', 'a b', 'a_b'])('refuses %j', (name) =>
    expect(name).not.toMatch(namePattern),
  );
});

describe('nameProblem', () => {
  it.each(['ldap', 'azure-devops', 'default-login', 'classes'])('is none with %j', (name) =>
    expect(nameProblem(name)).toBeUndefined(),
  );
  it.each(['default', 'class', 'await', 'static', 'constructor', 'to-string', 'has-own-property'])(
    'tells that %j means something in JavaScript',
    (name) => expect(nameProblem(name)).toContain('has a meaning of its own in JavaScript'),
  );
});
