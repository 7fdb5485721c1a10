import { readConfig } from '@ostiary/connector-sdk/config';
import { fakeClock, recordingLogger, testContext } from '@ostiary/connector-sdk/testing';
import { Secret } from '@ostiary/primitives';
import { describe, expect, it } from 'vitest';
import { mockCallback, mockPassword } from './index.ts';
import { mockCallbackLogin } from './login.ts';

const scopes = { offlineAccess: true, groups: true };

describe('mockCallback', () => {
  it('sends the browser straight back with the state, keeping the query of the callback', async () => {
    const ask = { scopes, callbackUrl: 'https://a.example/callback?x=1', state: 's 1' };
    const step = await mockCallbackLogin(fakeClock().now).begin(ask);
    expect(step).toEqual({ kind: 'redirect', url: 'https://a.example/callback?x=1&state=s+1', keep: null });
  });

  it('says that the login was just now', async () => {
    const { now } = fakeClock();
    const answer = { scopes, callbackUrl: 'https://a.example/', state: 's', keep: null };
    const more = { params: new URLSearchParams(), headers: new Headers() };
    const identity = await mockCallbackLogin(now).finish({ ...answer, ...more });
    expect(identity.authentication).toEqual({ time: now() });
  });

  it('warns the operator when it is opened', () => {
    const log = recordingLogger();
    mockCallback.open({}, testContext({ id: 'm', log }));
    const fields = { connector: 'm', type: 'mockCallback' };
    expect(log.lines).toEqual([{ level: 'warn', event: 'connector.mock_opened', fields }]);
  });
});

describe('mockPassword', () => {
  it.each([
    ['kilgore', 'trout', true],
    ['kilgore', 'Trout', false],
    ['kilgore', '', false],
    ['Kilgore', 'trout', false],
    ['', '', false],
  ])('%j with %j: %s', async (username, password, accepted) => {
    const config = await readConfig(mockPassword.config, { username: 'kilgore', password: 'trout' }, { path: '' });
    const connector = mockPassword.open(config, testContext());
    if (connector.via !== 'password') throw new Error('mockPassword is a password connector');
    const answer = await connector.login.check({ username, password: new Secret(password), scopes });
    expect(answer !== 'rejected').toBe(accepted);
  });
});
