import { testContext } from '@ostiary/connector-sdk/testing';
import { describe, expect, it } from 'vitest';
import { configOf, opened } from '../test/support.ts';
import { authproxy } from './index.ts';

const utf8 = (text: string): string => Buffer.from(text).toString('latin1');

describe('a login', () => {
  it('goes to the callback of this connector, with the state', async () => {
    expect(await (await opened()).begin()).toBe('https://i.example/callback/proxy?state=state-1');
  });

  it('is who the headers say', async () => {
    const { finish } = await opened();
    const headers = {
      'X-Remote-User': 'jane',
      'X-Remote-User-Id': '4711',
      'X-Remote-User-Name': 'jane.doe',
      'X-Remote-User-Email': 'jane@example.com',
      'X-Remote-Group': 'admins, developers ,admins,',
    };
    expect(await finish(headers)).toEqual({
      userId: '4711',
      username: 'jane',
      preferredUsername: 'jane.doe',
      email: { address: 'jane@example.com', verified: false },
      groups: ['admins', 'developers'],
    });
  });

  it('is the user alone where the proxy says no more', async () => {
    expect(await (await opened()).finish({ 'X-Remote-User': 'jane' })).toEqual({
      userId: 'jane',
      username: 'jane',
      preferredUsername: 'jane',
      email: { address: 'jane', verified: false },
      groups: [],
    });
  });

  it('reads the headers, separator and groups of the configuration', async () => {
    const { finish } = await opened({
      userHeader: 'X-Forwarded-User',
      groupHeader: 'X-Forwarded-Groups',
      groupHeaderSeparator: ';',
      staticGroups: ['everybody'],
      insecureSkipEmailVerified: true,
    });
    expect(await finish({ 'x-forwarded-user': 'jane', 'x-forwarded-groups': 'a,b; c' })).toMatchObject({
      groups: ['a,b', 'c', 'everybody'],
      email: { verified: true },
    });
  });

  it('reads UTF-8, and what is none byte by byte', async () => {
    const { finish } = await opened();
    expect((await finish({ 'X-Remote-User': utf8('jörg') })).userId).toBe('jörg');
    expect((await finish({ 'X-Remote-User': 'j\u00f6rg' })).userId).toBe('jörg');
  });

  it.each([{}, { 'X-Remote-User': '' }, { 'X-Remote-User': '  ' }, { 'X-Remote-User-Id': '4711' }])(
    'is refused with %j',
    async (headers) => {
      await expect((await opened()).finish(headers)).rejects.toMatchObject({ code: 'upstream/protocol' });
    },
  );
});

describe('the shared secret', () => {
  const jane = { 'X-Remote-User': 'jane' };

  it.each([undefined, '', 'another', 'secret-of-the-proxy '.repeat(2)])('refuses %j', async (given) => {
    const { finish } = await opened({ sharedSecret: 'secret-of-the-proxy' });
    const headers = given === undefined ? jane : { ...jane, 'X-Remote-Secret': given };
    await expect(finish(headers)).rejects.toMatchObject({ code: 'upstream/protocol' });
  });

  it('lets the proxy in, and is read anew from its file', async () => {
    const files = { '/secret': 'one\n' };
    const { finish, log } = await opened({ sharedSecretFile: '/secret', secretHeader: 'X-Proxy' }, files);
    expect(log.lines).toEqual([]);
    await expect(finish({ ...jane, 'X-Proxy': 'one' })).resolves.toMatchObject({ userId: 'jane' });
    files['/secret'] = 'two\n';
    await expect(finish({ ...jane, 'X-Proxy': 'one' })).rejects.toMatchObject({ code: 'upstream/protocol' });
    await expect(finish({ ...jane, 'X-Proxy': 'two' })).resolves.toMatchObject({ userId: 'jane' });
  });

  it('may hold signs outside ASCII, which the proxy writes as UTF-8', async () => {
    const { finish } = await opened({ sharedSecret: 'schlüssel-des-hauses' });
    const shown = (secret: string) => finish({ ...jane, 'X-Remote-Secret': utf8(secret) });
    await expect(shown('schlüssel-des-hauses')).resolves.toMatchObject({ userId: 'jane' });
    await expect(shown('schlössel-des-hauses')).rejects.toMatchObject({ code: 'upstream/protocol' });
  });

  it('is missed in the log', async () => {
    expect((await opened()).log.lines[0]).toMatchObject({ level: 'warn', event: 'authproxy.anybody_may_be_the_proxy' });
  });
});

describe('the configuration', () => {
  it('says how long a login counts', async () => {
    const { refresh } = authproxy.open(await configOf({ refreshMaxAge: '8h' }), testContext());
    expect(refresh).toEqual({ kind: 'reuse', maxAgeSeconds: 28_800 });
  });

  it.each([
    [{ userHeader: 'X Remote' }, 'config.userHeader: is no name of a header'],
    [{ refreshMaxAge: '1s' }, 'config.refreshMaxAge: is too short'],
    [{ sharedSecret: '' }, 'config.sharedSecret: is empty. Set it, or check that the environment variable'],
    [{ sharedSecretFile: '' }, 'config.sharedSecretFile: is empty'],
    [{ secretHeader: 'x-remote-USER-name' }, 'config.secretHeader: is a header that says who somebody is'],
    [{ sharedSecret: 'a', sharedSecretFile: 'b' }, 'config.sharedSecretFile: is set besides sharedSecret'],
  ])('refuses %j', async (options, problem) => {
    await expect(configOf(options)).rejects.toThrow(problem);
  });
});
