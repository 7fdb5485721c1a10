import { describe, expect, it } from 'vitest';
import { makeKeyPair } from '../test/certificates.ts';
import { encryptAssertion, goodAnswer, responseXml, sign } from '../test/provider.ts';
import { good, idp, open } from '../test/support.ts';

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
});
