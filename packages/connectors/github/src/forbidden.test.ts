import { describe, expect, it } from 'vitest';
import { fakeGitHub } from '../test/fake-github.ts';
import { opened } from '../test/support.ts';

describe('a 403', () => {
  it('of an IP allow list says nothing of single sign-on, and ends no login', async () => {
    const idp = fakeGitHub();
    const { login, refresh } = await opened(idp, { orgs: [{ name: 'acme' }, { name: 'other' }] });
    const before = await login();
    idp.world.fencedOrgs = ['acme'];
    const refused = expect.objectContaining({ code: 'upstream/unavailable', detail: { untold: ['acme'] } });
    await expect(login()).rejects.toThrow(refused);
    await expect(login()).rejects.not.toThrow(/single sign-on/u);
    await expect(refresh(before)).rejects.toThrow(refused);
    idp.world.orgs = ['other'];
    expect(await refresh(before)).toMatchObject({ userId: '12345678' });
  });

  it('of a firewall ends no login', async () => {
    const idp = fakeGitHub();
    const { login, refresh } = await opened(idp, { orgs: [{ name: 'acme' }] });
    const before = await login();
    idp.world.firewall = true;
    await expect(refresh(before)).rejects.toMatchObject({ code: 'upstream/unavailable' });
  });
});
