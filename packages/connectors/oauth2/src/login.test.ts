import { describe, expect, it } from 'vitest';
import { configOf, fakeProvider, opened } from '../test/support.ts';
import { goFloat } from './user-id.ts';

const jwt = (claims: object): string =>
  `${[{ alg: 'none' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')}.`;

describe('the identity', () => {
  it('is what the fields say', async () => {
    const idp = fakeProvider();
    const { connectorData: _tokens, ...identity } = await (await opened(idp)).login();
    expect(identity).toEqual({
      claims: idp.claims,
      userId: 'jane-1',
      username: 'Jane Doe',
      preferredUsername: 'jane',
      email: { address: 'jane@example.com', verified: true },
      groups: ['admins', 'developers'],
    });
  });

  it('is read from other fields, also inside of objects, where the configuration says so', async () => {
    const idp = fakeProvider();
    idp.claims = {
      data: { uid: 'jane-2', mail: 'jane@corp.example', checked: true, teams: ['a'] },
      'full.name': 'Jane',
      login: 'jd',
    };
    const claimMapping = {
      userNameKey: 'full.name',
      preferredUsernameKey: 'login',
      groupsKey: 'data.teams',
      emailKey: 'data.mail',
      emailVerifiedKey: 'data.checked',
    };
    expect(await (await opened(idp, { userIDKey: 'data.uid', claimMapping })).login()).toMatchObject({
      userId: 'jane-2',
      username: 'Jane',
      preferredUsername: 'jd',
      email: { address: 'jane@corp.example', verified: true },
      groups: ['a'],
    });
  });

  it('has a verified address only by the field, whatever a key that Dex ignores says, and warns of the key', async () => {
    const idp = fakeProvider();
    idp.claims.email_verified = false;
    const { login, log } = await opened(idp, { insecureSkipEmailVerified: true });
    expect(await login()).toMatchObject({ email: { verified: false } });
    expect(log.lines).toContainEqual(expect.objectContaining({ event: 'oauth.skip_email_verified_ignored' }));
  });

  it.each([
    ['dex', 1000, '1000'],
    ['dex', 12_345_678, '1.2345678e+07'],
    ['decimal', 12_345_678, '12345678'],
  ])('writes a numeric id (%s) %d as %s', async (numericIDs, id, expected) => {
    const idp = fakeProvider();
    idp.claims.id = id;
    expect((await (await opened(idp, { numericIDs })).login()).userId).toBe(expected);
  });

  it.each([2 ** 53, -(2 ** 60), '', null, true, ['a'], undefined])('refuses the id %j', async (id) => {
    for (const numericIDs of ['dex', 'decimal']) {
      const idp = fakeProvider();
      idp.claims.id = id;
      await expect((await opened(idp, { numericIDs })).login()).rejects.toMatchObject({ code: 'upstream/protocol' });
    }
  });

  it('does without what is not there, or is of another type', async () => {
    const idp = fakeProvider();
    idp.claims = { id: 'jane-1', user_name: 7, email: null };
    const { connectorData: _tokens, ...identity } = await (await opened(idp)).login();
    expect(identity).toEqual({ userId: 'jane-1', username: '', groups: [], claims: idp.claims });
  });
});

describe('goFloat', () => {
  // What Go's fmt.Sprintf("%v") writes.
  it.each([
    [0, '0'],
    [999_999, '999999'],
    [1_000_000, '1e+06'],
    [1_000_001, '1.000001e+06'],
    [12_345_678, '1.2345678e+07'],
    [123_456_789_012, '1.23456789012e+11'],
    [-12_345_678, '-1.2345678e+07'],
    [0.5, '0.5'],
    [0.0001, '0.0001'],
    [0.00001, '1e-05'],
  ])('%d is %s', (value, expected) => expect(goFloat(value)).toBe(expected));
});

describe('groups', () => {
  it('come from the access token too, in order and without doubles', async () => {
    const token = jwt({ groups: ['developers', 'auditors'] });
    const idp = fakeProvider({ api: () => Response.json({ id: 'jane-1', groups: ['admins', 'developers'] }) });
    const fetch: typeof idp.fetch = async (input, init) => {
      const response = await idp.fetch(input, init);
      if (new Request(input).url.endsWith('/token'))
        return Response.json({ access_token: token, token_type: 'bearer' });
      return new Request(input, init).headers.get('authorization') === `Bearer ${token}`
        ? Response.json({ id: 'jane-1', groups: ['admins', 'developers'] })
        : response;
    };
    const { login } = await opened({ ...idp, fetch });
    expect((await login()).groups).toEqual(['admins', 'developers', 'auditors']);
  });

  it.each([['admins'], [{ a: 1 }], [[1]]])('that cannot be read are refused: %j', async (groups) => {
    const idp = fakeProvider();
    idp.claims.groups = groups;
    await expect((await opened(idp)).login()).rejects.toMatchObject({ code: 'upstream/protocol' });
  });

  it.each([true, false])('restrict who may log in, asked for: %s', async (groups) => {
    const { login } = await opened(fakeProvider(), { allowedGroups: ['nobody'] });
    await expect(login({ groups })).rejects.toMatchObject({ code: 'login/not_allowed' });
    const other = await opened(fakeProvider(), { allowedGroups: ['developers'] });
    expect((await other.login({ groups })).groups).toEqual(['developers']);
  });
});

describe('the client', () => {
  it('sends its secret in the body where the header is not supported, and nowhere as a public client', async () => {
    const inBody = await opened(fakeProvider({ secretMethod: 'client_secret_post' }), { basicAuthUnsupported: true });
    expect(await inBody.login()).toMatchObject({ userId: 'jane-1' });
    const idp = fakeProvider();
    await expect((await opened(idp, { clientSecret: undefined })).login()).rejects.toMatchObject({
      code: 'upstream/protocol',
    });
    const request = idp.requests.find(({ url }) => url.endsWith('/token'));
    expect(request?.headers.get('authorization')).toBeNull();
    expect(await request?.text()).not.toContain('client_secret');
  });

  it('keeps the query of the authorization URL', async () => {
    const url = await (await opened(fakeProvider())).begin();
    expect(url.searchParams.get('tenant')).toBe('1');
    expect(url.searchParams.get('scope')).toBe('who');
  });
});

describe('refresh', () => {
  it('reads the fields anew, with a new token when the old one has ended', async () => {
    const idp = fakeProvider();
    const { login, refresh, clock } = await opened(idp);
    const before = await login();
    idp.claims.groups = ['auditors'];
    clock.advance(300);
    expect(await refresh(before)).toMatchObject({ userId: 'jane-1', groups: ['auditors'] });
    expect(await refresh(before)).toBe('rejected');
  });
});

describe('the configuration', () => {
  it.each([
    [{ tokenURL: 'http://idp.example/token' }, 'config.tokenURL: must begin with https://'],
    [{ userInfoURL: undefined }, 'config.userInfoURL: is missing'],
    [{ numericIDs: 'hex' }, 'config.numericIDs: must be one of'],
    [{ clientSecretFile: '/secret' }, 'config.clientSecretFile: is set besides clientSecret'],
  ])('refuses %j', async (options, problem) => {
    await expect(configOf(options)).rejects.toThrow(problem);
  });

  it('takes Dex keys in any case', async () => {
    const { claimMapping } = await configOf({ claimmapping: { usernamekey: 'nick' } });
    expect(claimMapping).toMatchObject({ userNameKey: 'nick', groupsKey: 'groups' });
  });
});
