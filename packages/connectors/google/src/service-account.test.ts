import type { OpenHttp } from '@ostiary/connector-sdk';
import { fakeClock, httpOver, openPlayed } from '@ostiary/connector-sdk/testing';
import { describe, expect, it } from 'vitest';
import { fakeGoogle } from '../test/fake-google.ts';
import { clientSecret, opened, withDirectory } from '../test/support.ts';
import { google } from './index.ts';

describe('the service account', () => {
  it('asks for one token an hour', async () => {
    const googleClock = fakeClock();
    const idp = await fakeGoogle(googleClock.now);
    let tokens = 0;
    const fetch: typeof idp.fetch = async (input, init) => {
      if (new URL(new Request(input).url).host === 'oauth2.googleapis.com') tokens += 1;
      return idp.fetch(input, init);
    };
    const { login, clock } = await opened({ ...idp, fetch }, withDirectory);
    await login();
    await login();
    expect(tokens).toBe(1);
    for (const each of [googleClock, clock]) each.advance(3541);
    await login();
    expect(tokens).toBe(2);
  });

  it('without a key file is the one of this machine, for which IAM signs', async () => {
    const { serviceAccountFilePath: _none, ...machine } = withDirectory;
    expect((await (await opened(await fakeGoogle(), machine)).login()).groups).toEqual([
      'ops@example.com',
      'staff@example.com',
    ]);
  });

  it('is asked for at the machine itself, never through a proxy; nothing else is', async () => {
    const { serviceAccountFilePath: _none, ...machine } = withDirectory;
    const idp = await fakeGoogle();
    const direct = new Map<string, boolean>();
    const http: OpenHttp = (options) => async (input, init) => {
      direct.set(new URL(new Request(input).url).host, options?.direct === true);
      return httpOver(idp.fetch)(options)(input, init);
    };
    const options = { clientID: 'ostiary', clientSecret, ...machine };
    await (await openPlayed(google, idp, { options, http })).login();
    expect([...direct].filter(([, isDirect]) => isDirect)).toEqual([['metadata.google.internal', true]]);
    expect(direct.size).toBeGreaterThan(3);
  });

  it('is refused when IAM does not sign', async () => {
    const { serviceAccountFilePath: _none, ...machine } = withDirectory;
    const idp = await fakeGoogle();
    idp.world.iamDoesNotSign = true;
    const { login } = await opened(idp, machine);
    await expect(login()).rejects.toMatchObject({ code: 'upstream/protocol', detail: { reason: 'IAM did not sign' } });
  });

  it('is not believed when this machine answers something else', async () => {
    const { serviceAccountFilePath: _none, ...machine } = withDirectory;
    const idp = await fakeGoogle();
    const fetch: typeof idp.fetch = async (input, init) => {
      const { host, pathname } = new URL(new Request(input).url);
      const isToken = host === 'metadata.google.internal' && pathname.endsWith('/token');
      return isToken ? Response.json({ secret: 'x' }) : idp.fetch(input, init);
    };
    const { login } = await opened({ ...idp, fetch }, machine);
    await expect(login()).rejects.toMatchObject({ code: 'upstream/protocol' });
  });

  it('that may not act for the administrator ends the login, and lets nobody in', async () => {
    const idp = await fakeGoogle();
    idp.world.notDelegated = true;
    await expect((await opened(idp, withDirectory)).login()).rejects.toMatchObject({ code: 'upstream/protocol' });
  });

  it.each([
    ['is not there', {}, 'the file cannot be read'],
    ['is no JSON', { '/key.json': 'a key in PEM' }, 'the file is no key of a service account'],
    ['is another file', { '/key.json': '{"type":"authorized_user"}' }, 'the file is no key of a service account'],
  ])('is told apart when its file %s', async (_what, files, problem) => {
    const error: unknown = await (await opened(await fakeGoogle(), withDirectory, files))
      .login()
      .catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'config/invalid', message: expect.stringContaining(problem) });
  });
});
