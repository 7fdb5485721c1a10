import { describe, expect, it } from 'vitest';
import { httpUrl, listWithDefault, secureUrl, text } from './blocks.ts';

describe('a URL', () => {
  it.each([
    'https://idp.example.com',
    'HTTPS://idp.example.com/a?b=c#d',
    'https://idp.example.com/my%20app',
    'https://[::1]:8443/x',
    'http://127.0.0.1:5556/dex',
    'http://localhost/x',
  ])('%s is kept as it was written', (url) => {
    expect(secureUrl().parse(url)).toBe(url);
  });

  it.each([
    ['https:idp.example.com', 'must begin with https://'],
    ['https:/idp.example.com', 'must begin with https://'],
    ['https:///idp.example.com', 'must begin with https://'],
    ['https:\\\\idp.example.com\\token', 'is not a URL'],
    ['https://idp.example.com\\@evil.example', 'is not a URL'],
    ['https://idp.exa\nmple.com', 'is not a URL'],
    ['https://idp.example.com/\ttoken', 'is not a URL'],
    ['ldap://idp.example.com', 'must begin with https://'],
    ['https://jane@idp.example.com', 'must not contain a user name'],
    ['/token', 'is not a URL'],
    ['', 'is empty'],
  ])('%j is refused', (url, problem) => {
    expect(() => httpUrl().parse(url)).toThrow(problem);
  });
});

describe('a list with a default', () => {
  const scopes = listWithDefault(text(), ['profile', 'email']);

  it.each([[undefined], [[]]])('has it for %j', (list) => {
    expect(scopes.parse(list)).toEqual(['profile', 'email']);
  });

  it('is what was written otherwise, and is looked at', () => {
    expect(scopes.parse(['openid'])).toEqual(['openid']);
    expect(() => scopes.parse([''])).toThrow('is empty');
  });
});
