import { describe, expect, it } from 'vitest';
import { type FakeCrowd, fakeCrowd } from '../test/fake-crowd.ts';
import { configOf, jane, opened } from '../test/support.ts';

/** Crowd, but the answers of one path are others. */
function changed(provider: FakeCrowd, path: string, change: (answer: Response) => Promise<Response>): FakeCrowd {
  const fetch: typeof provider.fetch = async (input, init) => {
    const answer = await provider.fetch(input, init);
    return new URL(new Request(input).url).pathname.endsWith(path) ? change(answer) : answer;
  };
  return { ...provider, fetch };
}

describe('a login', () => {
  it('answers key, name, unverified address and groups', async () => {
    const { login, prompt } = await opened(fakeCrowd());
    const identity = await login(jane);
    expect(prompt).toBe('Username');
    expect(identity).toEqual({
      userId: '32769:4f9c1e2d',
      username: 'jane',
      email: { address: 'jane@example.com', verified: false },
      groups: ['ops', 'staff'],
      claims: {
        expand: 'attributes',
        name: 'jane',
        key: '32769:4f9c1e2d',
        email: 'jane@example.com',
        active: true,
        'first-name': 'Jane',
        'last-name': 'Doe',
        'display-name': 'Jane Doe',
      },
    });
  });

  it.each([
    ['key', '32769:4f9c1e2d'],
    ['name', 'jane'],
    ['email', 'jane@example.com'],
  ])('has %s as preferred name where that is configured', async (preferredUsernameField, expected) => {
    const options = { preferredUsernameField, insecureSkipEmailVerified: true, usernamePrompt: 'Crowd name' };
    const { login, prompt } = await opened(fakeCrowd(), options);
    expect(prompt).toBe('Crowd name');
    expect(await login(jane)).toMatchObject({ preferredUsername: expected, email: { verified: true } });
  });

  it('takes the name as Crowd writes it, whatever was typed', async () => {
    expect(await (await opened(fakeCrowd())).login({ ...jane, username: 'JANE' })).toMatchObject({ username: 'jane' });
  });

  it('sends names that mean something in a URL as they are', async () => {
    const provider = fakeCrowd();
    provider.world.name = 'j&max-results=1 ä';
    expect(await (await opened(provider)).login({ ...jane, username: 'j&max-results=1 ä' })).toMatchObject({
      groups: ['ops', 'staff'],
    });
  });

  it.each(['INVALID_USER_AUTHENTICATION', 'USER_NOT_FOUND', 'INACTIVE_ACCOUNT', 'EXPIRED_CREDENTIAL'])(
    'is rejected for %s',
    async (refusal) => {
      const provider = fakeCrowd();
      provider.world.refusal = refusal;
      expect(await (await opened(provider)).check(jane)).toBe('rejected');
    },
  );

  it('is rejected for an account that is not active, though its password was right', async () => {
    const provider = changed(fakeCrowd(), '/authentication', async (answer) =>
      Response.json({ ...JSON.parse(await answer.text()), active: false }),
    );
    expect(await (await opened(provider)).check(jane)).toBe('rejected');
  });

  it('does not take a fault of Crowd, or of this application, for a wrong password', async () => {
    const broken = fakeCrowd();
    broken.world.refusal = 'OPERATION_FAILED';
    await expect((await opened(broken)).login(jane)).rejects.toMatchObject({ code: 'upstream/protocol' });
    const changed = fakeCrowd();
    changed.world.applicationPassword = 'another';
    await expect((await opened(changed)).login(jane)).rejects.toMatchObject({
      code: 'upstream/protocol',
      message: expect.stringContaining('Tell your administrator'),
    });
  });

  it('reads the password of the application anew from its file', async () => {
    const provider = fakeCrowd();
    const files = { '/secret': 'application-password-77\n' };
    const { login } = await opened(provider, { clientSecret: undefined, clientSecretFile: '/secret' }, files);
    expect(await login(jane)).toMatchObject({ userId: '32769:4f9c1e2d' });
    provider.world.applicationPassword = 'rotated';
    files['/secret'] = 'rotated\n';
    expect(await login(jane)).toMatchObject({ userId: '32769:4f9c1e2d' });
  });
});

describe('groups', () => {
  it('come over all pages', async () => {
    const provider = fakeCrowd();
    provider.world.groups = Array.from({ length: 1200 }, (_none, index) => `group-${index}`);
    expect((await (await opened(provider)).login(jane)).groups).toHaveLength(1200);
  });

  it('are not asked for when nobody wants them', async () => {
    const provider = fakeCrowd();
    await (await opened(provider)).login({ ...jane, scopes: { groups: false } });
    expect(provider.requests.filter(({ url }) => url.includes('/group/'))).toEqual([]);
  });

  it.each([true, false])('restrict who may log in, asked for: %s', async (groups) => {
    const ops = await opened(fakeCrowd(), { groups: ['ops'] });
    expect((await ops.login({ ...jane, scopes: { groups } })).groups).toEqual(['ops']);
    const nobody = await opened(fakeCrowd(), { groups: ['nobody'] });
    await expect(nobody.login({ ...jane, scopes: { groups } })).rejects.toMatchObject({
      code: 'login/not_allowed',
    });
  });
});

describe('refresh', () => {
  it('sees new groups, and ends with a group that is gone or an account that is gone', async () => {
    const provider = fakeCrowd();
    const { login, refresh } = await opened(provider, { groups: ['ops', 'admins'] });
    const before = await login(jane);
    provider.world.groups = ['ops', 'admins'];
    expect(await refresh(before)).toMatchObject({ groups: ['ops', 'admins'], claims: before.claims });
    provider.world.groups = [];
    expect(await refresh(before)).toBe('rejected');
    provider.world.groups = ['ops'];
    provider.world.key = '32769:somebody-else';
    expect(await refresh(before)).toBe('rejected');
  });

  it('goes on for somebody who was renamed, and not for who has the old name now', async () => {
    const provider = fakeCrowd();
    const { login, refresh } = await opened(provider);
    const before = await login(jane);
    provider.world.name = 'jane.smith';
    const after = await refresh(before);
    expect(after).toMatchObject({ userId: before.userId, username: 'jane.smith' });
  });
});

describe('an account that is not found', () => {
  it.each([
    ['a proxy', '<html>Not Found</html>'],
    ['Crowd, of something else', '{"reason":"APPLICATION_NOT_FOUND","message":"no"}'],
  ])('is gone only when Crowd says so of the account, and not when %s says so', async (_who, body) => {
    const before = await (await opened(fakeCrowd())).login(jane);
    const provider = changed(fakeCrowd(), '/user', async () => new Response(body, { status: 404 }));
    await expect((await opened(provider)).refresh(before)).rejects.toMatchObject({ code: 'upstream/protocol' });
  });
});

describe('somebody who may not use the application', () => {
  it('cannot log in, though the password is right, and is logged out at the next refresh', async () => {
    const provider = fakeCrowd();
    const { login, refresh } = await opened(provider);
    const before = await login(jane);
    provider.world.mayUseApplication = false;
    await expect(login(jane)).rejects.toMatchObject({ code: 'login/not_allowed' });
    expect(await refresh(before)).toBe('rejected');
    provider.world.mayUseApplication = true;
    expect(await refresh(before)).toMatchObject({ username: 'jane' });
  });

  it.each(['<html>Forbidden</html>', '{"reason":"APPLICATION_PERMISSION_DENIED"}', '{"error":"forbidden"}'])(
    'is nobody of whom a proxy says so, or Crowd of this service: %s',
    async (forbidden) => {
      const provider = fakeCrowd();
      const { login, refresh } = await opened(provider);
      const before = await login(jane);
      provider.world.forbidden = forbidden;
      await expect(login(jane)).rejects.toMatchObject({ code: 'upstream/protocol' });
      await expect(refresh(before)).rejects.toMatchObject({ code: 'upstream/protocol' });
    },
  );
});

describe('the configuration', () => {
  it.each([
    [{ baseURL: 'http://crowd.example' }, 'config.baseURL: must begin with https://'],
    [{ preferredUsernameField: 'login' }, 'config.preferredUsernameField: must be one of'],
    [{ clientSecret: undefined }, 'config.clientSecret: is missing'],
    [{ baseURL: undefined }, 'config.baseURL: is missing'],
  ])('refuses %j', async (options, problem) => {
    await expect(configOf(options)).rejects.toThrow(problem);
  });
});
