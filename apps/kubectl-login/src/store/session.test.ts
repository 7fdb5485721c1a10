import { describe, expect, it } from 'vitest';
import { session } from '../../test/support/stored.ts';
import { formatSession, parseSession, sessionId } from './session.ts';

const key = { issuer: 'https://login.example.com', clientId: 'kubectl', scopes: [] };

describe('the name of a session', () => {
  it('never changes: kubeconfig files hold it', () => {
    expect(sessionId(key)).toBe('login-example-com-db08bb3cb6');
    expect(sessionId({ ...key, connectorId: 'ldap', scopes: ['b', 'a'] })).toBe('login-example-com-ddb5cc11d4');
  });

  it('is another one for each input that changes the token', () => {
    const others = [
      { issuer: 'https://login.example.com/dex' },
      { clientId: 'other' },
      { scopes: ['email'] },
      { connectorId: 'ldap' },
      { loginHint: 'jane@example.com' },
      { loginHint: 'admin@example.com' },
    ].map((change) => sessionId({ ...key, ...change }));
    expect(new Set([sessionId(key), ...others]).size).toBe(7);
  });
});

describe('a session file', () => {
  it('gives back what was written, the refresh token included', () => {
    const named = { ...session, key: { ...session.key, loginHint: 'jane@example.com', connectorId: 'ldap' } };
    const parsed = parseSession(formatSession(named));
    expect(parsed).toEqual(named);
    expect(parsed?.refreshToken?.reveal()).toBe(session.refreshToken?.reveal());
  });

  it.each(['', '{', 'null', '{"version":2}'])('with the text %j is none', (text) =>
    expect(parseSession(text)).toBeUndefined(),
  );
});
