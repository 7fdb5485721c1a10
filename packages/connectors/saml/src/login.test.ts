import { describe, expect, it } from 'vitest';
import { makeKeyPair } from '../test/certificates.ts';
import { encryptAssertion, goodAnswer, responseXml, sign } from '../test/provider.ts';
import { good, idp, open, refused } from '../test/support.ts';

describe('login', () => {
  it('takes an assertion that the provider signed', async () => {
    const { begin } = await open();
    const { id, finish } = await begin();
    const identity = await finish(good(id));
    expect(identity).toMatchObject({
      userId: 'u-1',
      username: 'Jane Doe',
      email: { address: 'jane@example.com', verified: false },
      groups: ['dev', 'ops'],
      authentication: { time: new Date('2030-01-01T00:00:00Z') },
    });
  });

  it.each([
    ['the response', (xml: string) => sign(xml, { ...idp, element: 'Response' })],
    ['both', (xml: string) => sign(sign(xml, idp), { ...idp, element: 'Response' })],
    ['the assertion, without a certificate in KeyInfo', (xml: string) => sign(xml, { key: idp.key })],
  ])('takes one that signed %s', async (_what, signed) => {
    const { begin } = await open();
    const { id, finish } = await begin();
    expect(await finish(signed(responseXml(goodAnswer(id))))).toMatchObject({ userId: 'u-1' });
  });

  it('decrypts an assertion', async () => {
    const own = await makeKeyPair();
    const { begin } = await open({ decryptionKeys: [own.key] });
    const { id, finish } = await begin();
    const xml = await encryptAssertion(good(id), { certificate: own.certificate });
    expect(xml).not.toContain('jane@example.com');
    expect(await finish(xml)).toMatchObject({ userId: 'u-1' });
  });

  it('decrypts with the next key as soon as the file has it, and reads no key for what is not encrypted', async () => {
    const next = await makeKeyPair();
    const files: Record<string, string> = {};
    const { begin } = await open({ decryptionKeys: ['/sp.key'] }, { files });
    const { id, finish } = await begin();
    expect(await finish(good(id, { id: '_first' }))).toMatchObject({ userId: 'u-1' });
    const encrypted = await encryptAssertion(good(id), { certificate: next.certificate });
    expect(await refused(finish(encrypted))).toMatchObject({ code: 'config/invalid' });
    files['/sp.key'] = next.key;
    expect(await finish(encrypted)).toMatchObject({ userId: 'u-1' });
  });
});
