import { describe, expect, it } from 'vitest';
import { namePattern, rename } from './names.ts';

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
