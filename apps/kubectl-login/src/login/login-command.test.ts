import { describe, expect, it } from 'vitest';
import { loginCommandOf } from './login-command.ts';

const issuer = 'https://login.example.com/dex';

describe('the command for a session', () => {
  it.each([
    [{ issuer, clientId: 'kubectl', scopes: [] }, `kubectl login ${issuer}`],
    [{ issuer, clientId: 'prod', scopes: ['email'] }, `kubectl login ${issuer} --client-id prod --scope email`],
    [
      {
        issuer: `${issuer}?a&b`,
        clientId: 'kubectl',
        scopes: ['openid', 'email'],
        connectorId: "o'k",
        loginHint: 'jane',
      },
      `kubectl login '${issuer}?a&b' --scope 'openid email' --connector-id 'o'\\''k' --login-hint jane`,
    ],
  ])('says all that makes it that one: %j', (key, command) => expect(loginCommandOf(key)).toBe(command));
});
