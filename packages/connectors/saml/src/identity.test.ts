import { describe, expect, it } from 'vitest';
import type { Said } from '../test/provider.ts';
import { good, open, refused } from '../test/support.ts';

async function login(options: Readonly<Record<string, unknown>>, said: Said) {
  const { begin } = await open(options);
  const { id, finish } = await begin();
  return finish(good(id, said));
}

const attributes = {
  mail: ['jane@example.com'],
  name: ['Jane Doe'],
  login: ['jane'],
  oid: ['7f'],
  groups: ['a;b ', 'c'],
};

describe('identity', () => {
  it.each(['u-1', ' u-1', 'u-1 ', '\u00A0u-1', 'u-1\u2003', '\uFEFFu-1', 'u-1\u3000'])(
    'keeps the id %j as it was signed, so that two ids stay two people',
    async (nameId) => {
      expect(await login({}, { nameId })).toMatchObject({ userId: nameId });
      const said = { attributes: { ...attributes, oid: [' ', nameId] } };
      expect(await login({ userIDAttr: 'oid' }, said)).toMatchObject({ userId: nameId });
    },
  );

  it.each(['\n  u-1\n', 'u-1\t', 'u\u007F'])('refuses the id %j', async (oid) => {
    const reason = 'id with a line break or another control character; have the provider send it without';
    const said = { attributes: { ...attributes, oid: [oid] } };
    expect(await refused(login({ userIDAttr: 'oid' }, said))).toMatchObject({ reason });
  });

  it('leaves the blanks of layout out of everything else, and no other characters', async () => {
    const values = { mail: ['\n a@example.com\t'], name: ['\n Jane\u00A0 '], login: ['\r\n', ' jane '] };
    const groups = ['\n  admins\u00A0; ops\u2003;\uFEFFdev\n'];
    const options = { preferredUsernameAttr: 'login', groupsDelim: ';' };
    expect(await login(options, { attributes: { ...values, groups } })).toMatchObject({
      username: 'Jane\u00A0',
      preferredUsername: 'jane',
      email: { address: 'a@example.com' },
      groups: ['admins\u00A0', 'ops\u2003', '\uFEFFdev'],
    });
  });

  it('takes id, names, address and groups from the attributes that the configuration names', async () => {
    const options = {
      userIDAttr: 'oid',
      preferredUsernameAttr: 'login',
      insecureSkipEmailVerified: true,
      groupsDelim: ';',
    };
    expect(await login(options, { attributes })).toMatchObject({
      userId: '7f',
      preferredUsername: 'jane',
      email: { address: 'jane@example.com', verified: true },
      groups: ['a', 'b', 'c'],
      claims: attributes,
    });
  });

  it.each(['name', 'mail', 'oid'])('is refused without %s, and the log says what came instead', async (missing) => {
    const rest = Object.fromEntries(Object.entries(attributes).filter(([name]) => name !== missing));
    await expect(login({ userIDAttr: 'oid' }, { attributes: rest })).rejects.toMatchObject({
      code: 'upstream/protocol',
      detail: { missing, came: Object.keys(rest) },
    });
  });

  it('has no groups when the provider sends none', async () => {
    const { groups: _none, ...rest } = attributes;
    expect(await login({}, { attributes: rest })).toMatchObject({ groups: [] });
  });

  it('does not take groups for none that Entra ID leaves out because they are too many', async () => {
    const { groups, ...rest } = attributes;
    const link = { 'http://schemas.microsoft.com/claims/groups.link': ['https://graph.example/getMemberObjects'] };
    const said = { attributes: { ...rest, ...link } };
    for (const options of [{}, { allowedGroups: ['c'] }]) {
      expect(await refused(login(options, said))).toEqual({ code: 'upstream/protocol', reason: 'groups are left out' });
    }
    expect(await login({ groupsAttr: undefined }, said)).toMatchObject({ groups: [] });
    expect(await login({}, { attributes: { ...rest, ...link, groups } })).toMatchObject({ groups: ['a;b', 'c'] });
  });

  it('has no groups when the configuration names no attribute for them', async () => {
    expect(await login({ groupsAttr: undefined }, { attributes: { ...attributes, undefined: ['x'] } })).toMatchObject({
      groups: [],
    });
  });

  it('has all of some thousand groups', async () => {
    const groups = Array.from({ length: 3000 }, (_none, n) => `CN=group ${n},OU=Groups,DC=example,DC=com`);
    expect((await login({}, { attributes: { ...attributes, groups } })).groups).toEqual(groups);
  });

  it('has the groups of all attributes of that name', async () => {
    const { begin } = await open();
    const { id, finish } = await begin();
    const more = '<saml:Attribute Name="groups"><saml:AttributeValue>late</saml:AttributeValue></saml:Attribute>';
    const { goodAnswer, responseXml, sign } = await import('../test/provider.ts');
    const { idp } = await import('../test/support.ts');
    const xml = responseXml(goodAnswer(id)).replace('</saml:AttributeStatement>', `${more}$&`);
    expect(await finish(sign(xml, idp))).toMatchObject({ groups: ['dev', 'ops', 'late'] });
  });

  it('passes over values that are structures', async () => {
    const { begin } = await open();
    const { id, finish } = await begin();
    const { goodAnswer, responseXml, sign } = await import('../test/provider.ts');
    const { idp } = await import('../test/support.ts');
    const structure = '<saml:AttributeValue><saml:NameID>x</saml:NameID></saml:AttributeValue>';
    const xml = responseXml(goodAnswer(id)).replace('<saml:AttributeValue>dev', `${structure}<saml:AttributeValue>dev`);
    expect(await finish(sign(xml, idp))).toMatchObject({ groups: ['dev', 'ops'] });
  });

  it('enforces the allow-list, and cuts the groups down to it only when told to', async () => {
    expect(await refused(login({ allowedGroups: ['admins'] }, {}))).toMatchObject({ code: 'login/not_allowed' });
    expect(await login({ allowedGroups: ['dev'] }, {})).toMatchObject({ groups: ['dev', 'ops'] });
    expect(await login({ allowedGroups: ['dev'], filterGroups: true }, {})).toMatchObject({ groups: ['dev'] });
  });

  it('ends with the session of the provider', async () => {
    expect(await login({}, { sessionNotOnOrAfter: '2030-01-01T08:00:00Z' })).toMatchObject({
      authentication: {
        expires: new Date('2030-01-01T08:00:00Z'),
        contextClass: 'urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport',
      },
    });
  });

  it('may have an id that changes when the operator asked for one', async () => {
    const nameIdFormat = 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient';
    expect(await login({ nameIDPolicyFormat: 'transient' }, { nameIdFormat })).toMatchObject({ userId: 'u-1' });
  });

  it('warns at the start when any provider whose certificate signs is taken', async () => {
    const { log } = await open({ ssoIssuer: undefined });
    expect(log.lines.map(({ event }) => event)).toContain('saml.any_issuer');
    expect((await open()).log.lines).toEqual([]);
  });
});
