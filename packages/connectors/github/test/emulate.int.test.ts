import { httpOver, playRedirect, type RedirectPlayer, testContext } from '@ostiary/connector-sdk/testing';
import { startEmulate } from '@ostiary/tooling-servers';
import { afterAll, describe, expect, it } from 'vitest';
import { github } from '../src/index.ts';
import { clientSecret, configOf } from './support.ts';

const callback = 'https://issuer.example/callback/test';
const service = await startEmulate('github', {
  as: 'https://api.github.com',
  seed: {
    tokens: { 'token-of-root': { login: 'root', scopes: ['admin:org'] } },
    github: {
      users: [{ login: 'jane', name: 'Jane Doe', email: 'jane@example.com' }, { login: 'joe' }, { login: 'root' }],
      orgs: [{ login: 'acme', members: [{ login: 'jane' }, { login: 'root', role: 'admin' }] }],
      oauth_apps: [{ client_id: 'ostiary', client_secret: clientSecret, name: 'Ostiary', redirect_uris: [callback] }],
    },
  },
});
afterAll(() => service[Symbol.asyncDispose]());

/** It has no list of the teams of a person, so nobody asks for groups here. */
const groups = false;

const visitAs =
  (person: string) =>
  (url: string): Promise<URLSearchParams> =>
    service.visit(url, person);

async function opened(options: Record<string, unknown> = {}, visit = visitAs('jane')): Promise<RedirectPlayer> {
  const context = testContext({ http: httpOver(service.fetch), now: () => new Date() });
  return playRedirect(github.open(await configOf(options), context), { visit });
}

describe('a GitHub that is not ours', () => {
  it('logs somebody in, and is asked again at a refresh', async () => {
    const { login, refresh } = await opened();
    const identity = await login({ groups });
    expect(identity).toMatchObject({
      userId: expect.stringMatching(/^\d+$/u),
      username: 'Jane Doe',
      preferredUsername: 'jane',
      email: { address: 'jane@example.com', verified: true },
    });
    expect(await refresh(identity, { groups })).toMatchObject({ userId: identity.userId, email: identity.email });
  });

  it('logs somebody in who has neither a name nor a public address', async () => {
    expect(await (await opened({}, visitAs('joe'))).login({ groups })).toMatchObject({ username: 'joe' });
  });

  it('tells who is a member of an organization, and who is no longer', async () => {
    const options = { orgs: [{ name: 'acme' }] };
    const outside = await opened(options, visitAs('joe'));
    await expect(outside.login({ groups })).rejects.toMatchObject({ code: 'login/not_allowed' });
    const { login, refresh } = await opened(options);
    const identity = await login({ groups });
    expect(await refresh(identity, { groups })).toMatchObject({ userId: identity.userId });
    const left = await service.fetch('https://api.github.com/orgs/acme/members/jane', {
      method: 'DELETE',
      headers: { authorization: 'Bearer token-of-root' },
    });
    expect(left.status).toBe(204);
    expect(await refresh(identity, { groups })).toBe('rejected');
  });

  it('says with 200 what is wrong with the app or the code', async () => {
    const stranger = await opened({ clientSecret: 'another' });
    await expect(stranger.login()).rejects.toMatchObject({ detail: { error: 'incorrect_client_credentials' } });
    const answers: URLSearchParams[] = [];
    const first = await opened({}, async (url) => {
      answers.push(await visitAs('jane')(url));
      return new URLSearchParams(answers[0]);
    });
    await first.login({ groups });
    await expect(first.login({ groups })).rejects.toMatchObject({ detail: { error: 'bad_verification_code' } });
  });
});
