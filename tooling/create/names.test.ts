import { describe, expect, it } from 'vitest';
import { namePattern, nameProblem, namesIn, rename } from './names.ts';

describe('rename', () => {
  it('keeps the spelling of each place', () => {
    const text = `@ostiary/connector-template-name templateName TemplateNameConfig "Template Name"`;
    expect(rename(text, 'azure-devops')).toBe(
      `@ostiary/connector-azure-devops azureDevops AzureDevopsConfig "Azure Devops"`,
    );
    expect(rename(text, 'ldap')).toBe(`@ostiary/connector-ldap ldap LdapConfig "Ldap"`);
  });

  it.each([
    ['template-name-two', 'template-name-two templateNameTwo TemplateNameTwo "Template Name Two"'],
    ['my-template-name', 'my-template-name myTemplateName MyTemplateName "My Template Name"'],
  ])('replaces once when the name %s holds the placeholder', (name, text) => {
    expect(rename('template-name templateName TemplateName "Template Name"', name)).toBe(text);
  });
});

describe('namePattern', () => {
  it.each(['ldap', 'azure-devops', 'oauth2'])('accepts %j', (name) => expect(name).toMatch(namePattern));
  it.each(['', 'LDAP', '2fa', 'a--b', 'a-', '../a', 'a/b', 'a b', 'a_b'])('refuses %j', (name) =>
    expect(name).not.toMatch(namePattern),
  );
});

describe('namesIn', () => {
  it('are those of the code, not of comments and texts', () => {
    const source = "/** Asks\n * them. */\nconst a1 = `b/c`; // d\n  // it's none\nimport { e } from 'f';";
    expect([...namesIn([source])].toSorted()).toEqual(['a1', 'b', 'c', 'const', 'd', 'e', 'from', 'import']);
  });
});

describe('nameProblem', () => {
  const used = namesIn(['templateName TemplateNameOptions openTemplateName config PutOptions openApi']);

  it.each(['ldap', 'azure-devops', 'default-login', 'classes', 'template-name-two'])('is none with %j', (name) =>
    expect(nameProblem(name, used)).toBeUndefined(),
  );
  it.each([
    'default',
    'class',
    'await',
    'static',
    'constructor',
    'to-string',
    'has-own-property',
    'global-this',
    'map',
  ])('tells that %j means something in JavaScript', (name) =>
    expect(nameProblem(name, used)).toContain('has a meaning of its own in JavaScript'),
  );
  it.each([
    ['config', 'config'],
    ['open-api', 'openApi'],
    ['put', 'PutOptions'],
    ['api', 'openApi'],
    ['template-name', 'templateName'],
  ])('tells that a package of the name %j would use %s twice', (name, twice) => {
    expect(nameProblem(name, used)).toContain(`${twice} would stand for two things`);
  });
});
