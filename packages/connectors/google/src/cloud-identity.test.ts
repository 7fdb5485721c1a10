import { describe, expect, it } from 'vitest';
import { type FakeGoogle, fakeGoogle } from '../test/fake-google.ts';
import { configOf, opened } from '../test/support.ts';

const options = { serviceAccountFilePath: '/key.json', cloudIdentityGroups: true };

async function withGroups(): Promise<FakeGoogle> {
  const idp = await fakeGoogle();
  idp.world.memberships['jane@example.com'] = ['dev@example.com', 'ops@example.com'];
  idp.world.nestedGroups = ['everybody@example.com'];
  return idp;
}

describe('groups by the Cloud Identity API', () => {
  it('come with a role of the service account, which acts for nobody', async () => {
    const idp = await withGroups();
    const { login, refresh } = await opened(idp, options);
    const identity = await login();
    expect(identity.groups).toEqual(['dev@example.com', 'ops@example.com']);
    expect(idp.world.asked).toEqual([]);
    idp.world.memberships['jane@example.com'] = ['dev@example.com'];
    expect(await refresh(identity)).toMatchObject({ groups: ['dev@example.com'] });
  });

  it('hold nested ones in the same question, over pages', async () => {
    const idp = await withGroups();
    idp.world.pageSize = 2;
    const { login } = await opened(idp, { ...options, fetchTransitiveGroupMembership: true });
    expect((await login()).groups).toEqual(['dev@example.com', 'ops@example.com', 'everybody@example.com']);
  });

  it('are not asked for a private account, which may have any address', async () => {
    const idp = await withGroups();
    const { hd: _gone, ...claims } = idp.person.idToken;
    idp.person.idToken = claims;
    expect((await (await opened(idp, options)).login()).groups).toEqual([]);
    expect(idp.world.queries).toEqual([]);
  });

  it('are asked for with the address as a text, whatever is in it', async () => {
    const idp = await withGroups();
    idp.person.idToken = { ...idp.person.idToken, email: "o'neil\\@example.com" };
    await (await opened(idp, options)).login();
    expect(idp.world.queries).toEqual([
      "member_key_id == 'o\\'neil\\\\@example.com' && 'cloudidentity.googleapis.com/groups.discussion_forum' in labels",
    ]);
  });

  it('restrict who may log in', async () => {
    const { login } = await opened(await withGroups(), { ...options, groups: ['admins@example.com'] });
    await expect(login()).rejects.toMatchObject({ code: 'login/not_allowed' });
  });

  it('do not go together with an administrator', async () => {
    await expect(configOf({ ...options, adminEmail: 'a@example.com' })).rejects.toThrow(
      'cloudIdentityGroups: is set besides domainToAdminEmail',
    );
  });
});
