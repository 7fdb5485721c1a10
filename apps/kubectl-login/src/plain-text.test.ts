import { describe, expect, it } from 'vitest';
import { isLoopbackHost } from './http/loopback-host.ts';
import { parseIssuerArgument } from './oidc/provider.ts';
import { plainText, printable, shellWord } from './plain-text.ts';
import { explain, problem } from './problem.ts';
import { sessionId } from './store/session.ts';

describe('text from outside', () => {
  it.each([
    ['\u001b[31mred\u001b[0m', 'red'],
    ['\u001b]0;title\u0007x', 'x'],
    ['\u001b]8;;https://evil.example\u0007link\u001b]8;;\u0007', 'link'],
    ['one\r\ntwo\nthree', 'one two three'],
    ['a\u202Eb\u2066c', 'a b c'],
    ['a\0b\u0008\u009bc', /^a b/],
    ['Zoë 李', 'Zoë 李'],
  ])('%j cannot steer the terminal', (text, shown) => {
    if (typeof shown === 'string') expect(printable(text)).toBe(shown);
    else expect(printable(text)).toMatch(shown);
    expect(printable(text)).not.toMatch(/\p{Cc}/u);
  });

  it('is cut where somebody else decides how long it is', () => {
    expect(plainText('x'.repeat(10_000))).toHaveLength(500);
  });
});

describe('an error', () => {
  it('says what happened and what to do', () => {
    const error = problem({ code: 'login/expired', cause: 'It is over.', remedy: 'Run: kubectl login' });
    expect(explain(error)).toEqual(['It is over.', 'Run: kubectl login']);
  });

  it.each([new TypeError('x is not a function'), 'text', undefined])(
    'that nobody expected (%s) has no stack',
    (error) => {
      const [cause, remedy] = explain(error);
      expect(cause).toMatch(/^Unexpected: /);
      expect(cause).not.toContain('\n');
      expect(remedy).toContain('KUBECTL_LOGIN_DEBUG=1');
    },
  );
});

describe('this machine', () => {
  it.each(['127.0.0.1', '127.1.2.3', '[::1]', '::1', 'localhost'])('is %s', (host) =>
    expect(isLoopbackHost(host)).toBe(true),
  );
  it.each([
    '127.0.0.1.evil.example',
    'localhost.evil.example',
    '0.0.0.0',
    '[::]',
    '[::ffff:127.0.0.1]',
    '128.0.0.1',
    '1270.0.1',
    '',
  ])('is not %s', (host) => expect(isLoopbackHost(host)).toBe(false));
});

describe('an issuer as it was typed', () => {
  it.each([
    'https://login.example.com',
    'https://login.example.com:8443/dex',
    'http://127.0.0.1:5556/dex',
    'http://localhost:5556',
  ])('may be %s', (text) => expect(parseIssuerArgument(text).href).toContain(text));
  it.each([
    'login.example.com',
    'http://login.example.com',
    'http://127.0.0.1.evil.example',
    'https://user:secret@login.example.com',
    'https://login.example.com?x=1',
    'https://login.example.com#x',
    'file:///etc/passwd',
    'javascript:alert(1)',
    '',
  ])('may not be %j, and the message shows how', (text) => {
    expect(() => parseIssuerArgument(text)).toThrow('is not the address of an issuer');
  });
});

describe('a session', () => {
  const key = { issuer: 'https://login.example.com/dex', clientId: 'kubectl', scopes: [], connectorId: undefined };
  it('has one name for the same inputs, whatever the order of scopes', () => {
    expect(sessionId({ ...key, scopes: ['a', 'b'] })).toBe(sessionId({ ...key, scopes: ['b', 'a'] }));
    expect(sessionId(key)).toMatch(/^login-example-com-[0-9a-f]{10}$/);
  });
  it.each([
    { issuer: 'https://login.example.com/other' },
    { clientId: 'other' },
    { scopes: ['groups'] },
    { connectorId: 'ldap' },
    { connectorId: '' },
  ])('has another name with %j: another token is another session', (more) => {
    expect(sessionId({ ...key, ...more })).not.toBe(sessionId(key));
  });
  it.each(['https://[::1]:8443', 'https://xn--bcher-kva.example', `https://${'a'.repeat(63)}.example`])(
    'of %s has a name that can be a file',
    (issuer) => expect(sessionId({ ...key, issuer })).toMatch(/^[a-z0-9](?:[a-z0-9.-]{0,62}[a-z0-9])?$/),
  );
});

describe('a word for a shell', () => {
  it.each([
    ['prod', 'prod'],
    ['https://login.example.com:8443/dex?a=b', "'https://login.example.com:8443/dex?a=b'"],
    ['admin@prod-1_a.b', 'admin@prod-1_a.b'],
    ['my prod', "'my prod'"],
    ["it's", "'it'\\''s'"],
    ['$(id)', "'$(id)'"],
    ['~', "'~'"],
    ['a;b', "'a;b'"],
  ])('%s is written %s', (text, word) => expect(shellWord(text)).toBe(word));
});
