import { describe, expect, it } from 'vitest';
import { type FakeGoogle, fakeGoogle } from '../test/fake-google.ts';
import { opened, withDirectory } from '../test/support.ts';

/** Counts the tokens that Google gives to the service account. */
function counting(idp: FakeGoogle): { readonly idp: FakeGoogle; readonly tokens: () => number } {
  let tokens = 0;
  const fetch: typeof idp.fetch = async (input, init) => {
    if (new URL(new Request(input).url).host === 'oauth2.googleapis.com') tokens += 1;
    return idp.fetch(input, init);
  };
  return { idp: { ...idp, fetch }, tokens: () => tokens };
}

describe('a token of the service account that Google no longer takes', () => {
  it.each([
    ['the directory', withDirectory, ['ops@example.com', 'staff@example.com']],
    ['Cloud Identity', { serviceAccountFilePath: '/key.json', cloudIdentityGroups: true }, ['dev@example.com']],
  ])('is replaced at once, for %s', async (_which, options, expected) => {
    const { idp, tokens } = counting(await fakeGoogle());
    idp.world.memberships['jane@example.com'] = ['dev@example.com'];
    const { login } = await opened(idp, options);
    await login();
    idp.endServiceTokens();
    expect((await login()).groups).toEqual(expected);
    expect(tokens()).toBe(2);
  });

  it('is replaced once: who is refused again is told so', async () => {
    const { idp, tokens } = counting(await fakeGoogle());
    const fetch: typeof idp.fetch = async (input, init) => {
      const { host } = new URL(new Request(input).url);
      return host === 'admin.googleapis.com' ? new Response('', { status: 401 }) : idp.fetch(input, init);
    };
    const { login } = await opened({ ...idp, fetch }, withDirectory);
    await expect(login()).rejects.toMatchObject({
      code: 'upstream/protocol',
      message: expect.stringContaining('Tell your administrator'),
      detail: { status: 401 },
    });
    expect(tokens()).toBe(2);
  });
});

describe('a list of groups', () => {
  it.each([
    ['the directory', '', withDirectory, ['ops@example.com', 'staff@example.com']],
    ['the directory', null, withDirectory, ['ops@example.com', 'staff@example.com']],
    ['Cloud Identity', '', { serviceAccountFilePath: '/key.json', cloudIdentityGroups: true }, ['dev@example.com']],
  ])('of %s ends with the token %j, too', async (_which, token, options, expected) => {
    const idp = await fakeGoogle();
    idp.world.memberships['jane@example.com'] = ['dev@example.com'];
    idp.world.lastPageToken = token;
    expect((await (await opened(idp, options)).login()).groups).toEqual(expected);
  });
});
