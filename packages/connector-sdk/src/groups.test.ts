import { describe, expect, it } from 'vitest';
import { chooseCallbackUrl } from './callback-url.ts';
import { requireAllowedGroups, uniqueGroups } from './groups.ts';

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
