import { describe, expect, it } from 'vitest';
import { chooseCallbackUrl } from './callback-url.ts';
import { allowedNames, needsOneOf, requireAllowedGroups, uniqueGroups } from './groups.ts';

describe('groups', () => {
  it('are kept in order, without doubles and empty names', () => {
    expect(uniqueGroups(['b', 'a', 'b', '', 'A'])).toEqual(['b', 'a', 'A']);
  });

  it('shrink to the allow-list, compared exactly', () => {
    expect(requireAllowedGroups(['a', 'b', 'c'], ['c', 'a', 'x'])).toEqual(['a', 'c']);
    expect(requireAllowedGroups(['a'], [])).toEqual(['a']);
  });

  it.each([[[]], [['A']], [['a ']]])('refuse %j when the list says a, and tell the log what is missing', (groups) => {
    const refused = { code: 'login/not_allowed', detail: { oneOf: ['a'] } };
    expect(() => requireAllowedGroups(groups, ['a'])).toThrow(expect.objectContaining(refused));
  });

  it('are named to who is in none of them', () => {
    expect(() => requireAllowedGroups([], ['a', 'b'])).toThrow('You need to be in one of: a, b.');
  });

  it.each([
    [['a'], 'one of: a.'],
    [['a', 'b', 'c', 'd', 'e'], 'one of: a, b, c, d, e.'],
    [['a', 'b', 'c', 'd', 'e', 'f', 'g'], 'one of: a, b, c, d, e and 2 more.'],
  ])('of %j are named at most five', (names, expected) => {
    expect(needsOneOf(names)).toContain(expected);
  });

  it('of organizations are the organization, or the teams that count', () => {
    const orgs = [
      { name: 'acme', teams: [] },
      { name: 'labs', teams: ['ops', 'dev'] },
    ];
    expect(allowedNames(orgs)).toEqual(['acme', 'labs:ops', 'labs:dev']);
  });
});

describe('chooseCallbackUrl', () => {
  const callbackUrl = 'https://issuer.example/dex/callback/my%20id';
  const shared = 'https://issuer.example/dex/callback';

  it.each([
    [undefined, callbackUrl],
    [shared, shared],
    [callbackUrl, callbackUrl],
  ])('with redirectURI %s it is %s', (configured, expected) => {
    const choice = configured === undefined ? { callbackUrl, id: 'my id' } : { configured, callbackUrl, id: 'my id' };
    expect(chooseCallbackUrl(choice)).toBe(expected);
  });

  it('takes the URL of the connector when the issuer uses the shared one', () => {
    expect(chooseCallbackUrl({ configured: callbackUrl, callbackUrl: shared, id: 'my id' })).toBe(callbackUrl);
  });

  it.each([
    'https://issuer.example/dex/callback/',
    'https://issuer.example/dex/callback/other',
    'http://issuer.example/dex/callback',
    'https://evil.example/dex/callback',
    'https://issuer.example/dex',
  ])('refuses %s', (configured) => {
    const refused = expect.objectContaining({ code: 'config/invalid' });
    expect(() => chooseCallbackUrl({ configured, callbackUrl, id: 'my id' })).toThrow(refused);
  });
});
