/** Answers that the provider signed, but not for this login, this service or this moment. */
import { describe, expect, it } from 'vitest';
import { type Answer, callbackUrl, encode, goodAnswer, responseXml, type Said, sign } from './provider.ts';
import { good, idp, open, refused } from './support.ts';

const whole = (answer: Answer): string => sign(responseXml(answer), { ...idp, element: 'Response' });
const other = 'https://other.example/callback';

const assertions: readonly (readonly [string, Said, string])[] = [
  ['for another recipient', { recipient: other }, 'Recipient is another than expected'],
  ['for no recipient', { recipient: undefined }, 'Recipient is another than expected'],
  ['for another request', { inResponseTo: '_another' }, 'InResponseTo of the subject is another than expected'],
  ['for no request', { inResponseTo: undefined }, 'InResponseTo of the subject is another than expected'],
  ['for another audience', { audience: 'https://other.example' }, 'assertion for another audience'],
  ['for every audience', { audience: undefined }, 'assertion without AudienceRestriction'],
  [
    'for our audience and a narrower one',
    {
      conditions:
        '<saml:AudienceRestriction><saml:Audience>https://other.example</saml:Audience></saml:AudienceRestriction>',
    },
    'assertion for another audience',
  ],
  ['of another issuer', { issuer: 'https://evil.example' }, 'Issuer is another than expected'],
  [
    'confirmed by a key',
    { method: 'urn:oasis:names:tc:SAML:2.0:cm:holder-of-key' },
    'SubjectConfirmation Method is another than expected',
  ],
  [
    'whose confirmation has expired',
    { confirmedUntil: '2029-12-31T23:59:30Z' },
    'assertion that has expired; compare the clocks',
  ],
  ['whose confirmation never ends', { confirmedUntil: undefined }, 'SubjectConfirmationData without NotOnOrAfter'],
  [
    'whose confirmation has not begun',
    { confirmedFrom: '2030-01-01T00:00:31Z' },
    'assertion that is not valid yet; compare the clocks',
  ],
  ['that has expired', { notOnOrAfter: '2029-12-31T23:59:30Z' }, 'assertion that has expired; compare the clocks'],
  ['that has not begun', { notBefore: '2030-01-01T00:00:31Z' }, 'assertion that is not valid yet; compare the clocks'],
  ['with an end that is no time', { notOnOrAfter: 'tomorrow' }, 'time that cannot be read'],
  ['with an end that is no day', { notOnOrAfter: '2030-13-45T00:00:00Z' }, 'time that cannot be read'],
  [
    'of a session that is over',
    { sessionNotOnOrAfter: '2029-12-31T23:59:30Z' },
    'session of the provider that is over',
  ],
  ['with a condition that is not known', { conditions: '<saml:Condition/>' }, 'condition that is not known'],
  [
    'with a condition of somebody else',
    { conditions: '<x:OneTimeUse xmlns:x="urn:x"/>' },
    'condition that is not known',
  ],
  ['without a NameID', { nameId: '' }, 'NameID that is empty'],
  [
    'with a NameID that changes with each login',
    { nameIdFormat: 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient' },
    'NameID that changes with each login; have the provider send another format, or set userIDAttr',
  ],
  [
    'with a NameID that is the same for everybody',
    { nameId: 'https://idp.example', nameIdFormat: 'urn:oasis:names:tc:SAML:2.0:nameid-format:entity' },
    'NameID that names a provider, not a person; set another nameIDPolicyFormat, or userIDAttr',
  ],
];

describe('a signed assertion', () => {
  it.each(assertions)('%s', async (_name, said, reason) => {
    const { begin } = await open();
    const { id, finish } = await begin();
    expect(await refused(finish(good(id, said)))).toEqual({ code: 'upstream/protocol', reason });
  });

  it.each([
    ['Subject', 'element that is missing'],
    ['Conditions', 'element that is missing'],
    ['Issuer', 'element that is missing'],
    ['NameID', 'element that is missing'],
    ['SubjectConfirmation', 'assertion without SubjectConfirmation'],
    ['SubjectConfirmationData', 'element that is missing'],
    ['AuthnStatement', 'assertion without AuthnStatement'],
  ])('without %s', async (name, reason) => {
    const { begin } = await open();
    const { id, finish } = await begin();
    const part = new RegExp(`<saml:${name}[ >/][\\s\\S]*?(?:</saml:${name}>|/>)`, 'u');
    const xml = responseXml({ ...goodAnswer(id), issuer: undefined }).replace(part, '');
    expect(xml).not.toContain(`<saml:${name}>`);
    const signed = sign(xml, { ...idp, element: name === 'Issuer' ? 'Response' : 'Assertion' });
    expect(await refused(finish(signed))).toMatchObject({ reason });
  });

  it.each([
    ['a second NameID', '</saml:NameID>', '</saml:NameID><saml:NameID>u-2</saml:NameID>'],
    [
      'a second Subject',
      '<saml:Conditions',
      '<saml:Subject><saml:NameID>u-2</saml:NameID></saml:Subject><saml:Conditions',
    ],
    ['a second Issuer', '<saml:Subject>', '<saml:Issuer>x</saml:Issuer><saml:Subject>'],
  ])('with %s', async (_name, what, by) => {
    const { begin } = await open();
    const { id, finish } = await begin();
    const xml = sign(responseXml(goodAnswer(id)).replace(what, by), { ...idp, element: 'Response' });
    expect(await refused(finish(xml))).toMatchObject({ reason: 'element that comes more than once' });
  });

  it.each(['', ' ID=""'])('with the ID%s, in a signed response', async (by) => {
    const { begin } = await open();
    const { id, finish } = await begin();
    const xml = responseXml(goodAnswer(id)).replace(' ID="_assertion"', by);
    expect(await refused(finish(sign(xml, { ...idp, element: 'Response' })))).toMatchObject({
      reason: 'assertion without ID',
    });
  });

  it.each([
    ['2029-12-31T00:00:00Z', undefined],
    ['2030-01-01T04:00:00Z', new Date('2030-01-01T04:00:00Z')],
    ['2030-01-01T12:00:00Z', new Date('2030-01-01T08:00:00Z')],
  ])('is good until the first of its sessions ends (%s)', async (end, expires) => {
    const { begin } = await open();
    const { id, finish } = await begin();
    const more = `<saml:AuthnStatement AuthnInstant="2029-12-31T00:00:00Z" SessionNotOnOrAfter="${end}"/>`;
    const answer = responseXml(goodAnswer(id, { sessionNotOnOrAfter: '2030-01-01T08:00:00Z' }));
    const login = finish(sign(answer.replace('</saml:AuthnStatement>', `$&${more}`), idp));
    if (expires === undefined)
      expect(await refused(login)).toMatchObject({ reason: 'session of the provider that is over' });
    else expect((await login).authentication).toMatchObject({ time: new Date('2030-01-01T00:00:00Z'), expires });
  });

  it('may have several confirmations, of which one must fit', async () => {
    const { begin } = await open();
    const { id, finish } = await begin();
    const first = '<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:sender-vouches"/>';
    const xml = responseXml(goodAnswer(id)).replace('<saml:SubjectConfirmation ', `${first}<saml:SubjectConfirmation `);
    expect(await finish(sign(xml, idp))).toMatchObject({ userId: 'u-1' });
  });

  it('is taken within the stated skew of the clocks', async () => {
    const { begin } = await open({ clockSkew: '2m' });
    const { id, finish } = await begin();
    const said = {
      notBefore: '2030-01-01T00:01:59Z',
      sessionNotOnOrAfter: '2029-12-31T23:58:01Z',
      confirmedUntil: '2029-12-31T23:58:01Z',
      notOnOrAfter: '2029-12-31T23:58:01Z',
    };
    expect(await finish(good(id, said))).toMatchObject({ userId: 'u-1' });
  });

  it.each(['2030-01-01T02:05:00+02:00', '2030-01-01T00:05:00.123', '2030-01-01T00:05:00.1234567Z'])(
    'may write times as %s',
    async (time) => {
      const { begin } = await open();
      const { id, finish } = await begin();
      expect(await finish(good(id, { notOnOrAfter: time }))).toMatchObject({ userId: 'u-1' });
    },
  );
});

describe('a signed response', () => {
  it.each<readonly [string, Partial<Answer>, string, string]>([
    ['for another destination', { destination: other }, 'upstream/protocol', 'Destination is another than expected'],
    ['for no destination', { destination: undefined }, 'upstream/protocol', 'Destination is another than expected'],
    [
      'of another issuer',
      { issuer: 'https://evil.example' },
      'upstream/protocol',
      'Issuer of the response is another than expected',
    ],
    [
      'to another request',
      { inResponseTo: '_another' },
      'login/expired',
      'InResponseTo of the response is another than expected',
    ],
    [
      'that nobody asked for',
      { inResponseTo: undefined },
      'login/expired',
      'InResponseTo of the response is another than expected',
    ],
    ['without assertion', { assertion: undefined }, 'upstream/protocol', 'response without assertion'],
    ['of a failure', { status: 'Responder' }, 'upstream/protocol', 'status of a failure'],
    [
      'of a failure with an assertion all the same',
      { status: 'Requester', secondStatus: 'InvalidNameIDPolicy' },
      'upstream/protocol',
      'status of a failure',
    ],
  ])('%s', async (_name, change, code, reason) => {
    const { begin } = await open();
    const { id, finish } = await begin();
    expect(await refused(finish(whole({ ...goodAnswer(id), ...change })))).toEqual({ code, reason });
  });

  it.each(['destination', 'issuer', 'inResponseTo'] as const)(
    'is checked for its %s even when only the assertion is signed',
    async (what) => {
      const { begin } = await open();
      const { id, finish } = await begin();
      const xml = sign(responseXml({ ...goodAnswer(id), [what]: 'https://evil.example' }), idp);
      expect((await refused(finish(xml))).reason).toMatch(/is another than expected/u);
    },
  );

  it('need not name its destination when only the assertion is signed, which names its recipient', async () => {
    const { begin } = await open();
    const { id, finish } = await begin();
    const xml = sign(responseXml({ ...goodAnswer(id), destination: undefined }), idp);
    expect(await finish(xml)).toMatchObject({ userId: 'u-1' });
  });

  it.each(['AuthnFailed', 'RequestDenied', 'NoPassive'])(
    'of a person who was refused (%s) is login/denied',
    async (secondStatus) => {
      const { begin } = await open();
      const { id, finish } = await begin();
      const xml = responseXml({ ...goodAnswer(id), status: 'Responder', secondStatus, assertion: undefined });
      expect(await refused(finish(xml))).toMatchObject({ code: 'login/denied' });
    },
  );

  it('of another version is refused', async () => {
    const { begin } = await open();
    const { id, finish } = await begin();
    const xml = responseXml(goodAnswer(id));
    const response = sign(xml.replace('ID="_response" Version="2.0"', 'ID="_response" Version="1.1"'), idp);
    expect(await refused(finish(response))).toMatchObject({ reason: 'response of another version' });
    const assertion = sign(xml.replace('ID="_assertion" Version="2.0"', 'ID="_assertion" Version="1.1"'), idp);
    expect(await refused(finish(assertion))).toMatchObject({ reason: 'assertion of another version' });
  });
});

it('an answer in a query is no answer', async () => {
  const { connector } = await open();
  expect(connector.login).toHaveProperty('answeredBy', 'post');
});

it('an answer to a login whose request is not known is refused', async () => {
  const { connector } = await open();
  if (connector.via !== 'redirect') throw new Error('another connector');
  const params = new URLSearchParams({ SAMLResponse: encode(good('_x')) });
  const ask = { scopes: { offlineAccess: true, groups: true }, callbackUrl, state: 's', headers: new Headers() };
  for (const keep of [null, {}, { id: 1 }]) {
    expect(await refused(connector.login.finish({ ...ask, keep, params }))).toMatchObject({
      reason: 'login without the id of its request',
    });
  }
});

it('the name by which the provider knows us may be configured, and is then the only one', async () => {
  const { begin } = await open({ entityIssuer: 'urn:ostiary' });
  const { id, finish } = await begin();
  expect(await refused(finish(good(id)))).toMatchObject({ reason: 'assertion for another audience' });
  expect(await finish(good(id, { audience: 'urn:ostiary' }))).toMatchObject({ userId: 'u-1' });
});

it('the place that the provider posts to may be the one registered for Dex', async () => {
  const shared = 'https://issuer.example/callback';
  const { begin } = await open({ redirectURI: shared });
  const { id, request, finish } = await begin();
  expect(request).toContain(`AssertionConsumerServiceURL="${shared}"`);
  expect(await refused(finish(good(id)))).toMatchObject({ reason: 'Destination is another than expected' });
  const answer = goodAnswer(id, { recipient: shared, audience: shared });
  expect(await finish(sign(responseXml({ ...answer, destination: shared }), idp))).toMatchObject({ userId: 'u-1' });
  expect(callbackUrl.startsWith(shared)).toBe(true);
});
