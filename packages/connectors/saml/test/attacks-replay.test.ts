/** The same answer a second time. */
import { describe, expect, it } from 'vitest';
import { callbackUrl, encode, entityId, goodAnswer, responseXml, sign } from './provider.ts';
import { good, idp, open, refused } from './support.ts';

const other = 'https://other.example/callback';

describe('replay', () => {
  const replayed = { code: 'login/expired', reason: 'assertion that was used before' };

  it('in the same browser is refused', async () => {
    const { begin } = await open();
    const { id, finish } = await begin();
    const xml = good(id);
    await finish(xml);
    expect(await refused(finish(xml))).toEqual(replayed);
  });

  it('in another browser is refused, whose login has another request', async () => {
    const { begin } = await open();
    const [mine, theirs] = [await begin(), await begin()];
    expect(mine.id).not.toBe(theirs.id);
    expect(await refused(theirs.finish(good(mine.id)))).toMatchObject({ code: 'login/expired' });
  });

  it('of an assertion in another response is refused as well', async () => {
    const { begin } = await open();
    const { id, post } = await begin();
    await post(encode(good(id)));
    expect(await refused(post(encode(good(id).replace('ID="_response"', 'ID="_second"'))))).toEqual(replayed);
  });

  it('at once from two sides logs one of them in', async () => {
    const { begin } = await open();
    const { id, finish } = await begin();
    const xml = good(id);
    const outcomes = await Promise.allSettled([finish(xml), finish(xml), finish(xml)]);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('is remembered until the assertion would be too old, skew included', async () => {
    const seen: (readonly [string, string])[] = [];
    const firstUse = async (id: string, until: Date) => seen.push([id, until.toISOString()]) === 1;
    const { begin } = await open({}, { firstUse });
    const { id, finish } = await begin();
    await finish(good(id));
    expect(seen).toEqual([[JSON.stringify([entityId, '_assertion']), '2030-01-01T00:05:30.000Z']]);
  });

  it.each([
    ['the same request', (id: string) => id],
    ['another request', () => '_another'],
  ])('is remembered until its last confirmation ends, be it for %s', async (_for, requestOf) => {
    const seen: string[] = [];
    const { begin } = await open({}, { firstUse: async (_id, until) => seen.push(until.toISOString()) === 1 });
    const { id, finish } = await begin();
    const said = { confirmedUntil: '2030-01-01T00:01:00Z', notOnOrAfter: '2030-01-01T01:00:00Z' };
    const later = `<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData Recipient="${callbackUrl}" InResponseTo="${requestOf(id)}" NotOnOrAfter="2030-01-01T00:20:00Z"/></saml:SubjectConfirmation>`;
    const xml = responseXml(goodAnswer(id, said)).replace('</saml:Subject>', `${later}</saml:Subject>`);
    await finish(sign(xml, idp));
    expect(seen).toEqual(['2030-01-01T00:20:30.000Z']);
  });

  it('a refused answer does not use the assertion up', async () => {
    const seen: string[] = [];
    const { begin } = await open({}, { firstUse: async (id) => seen.push(id) > 0 });
    const { id, finish } = await begin();
    await refused(finish(good(id, { audience: other })));
    expect(seen).toEqual([]);
  });
});
