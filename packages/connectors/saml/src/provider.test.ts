import { Secret } from '@ostiary/primitives';
import { describe, expect, it } from 'vitest';
import { makeKeyPair } from '../test/certificates.ts';
import { entity, fromMetadata, keyDescriptor, post, redirect, service, signOn } from '../test/metadata.ts';
import { entityId, goodAnswer, responseXml, sign } from '../test/provider.ts';
import { good, idp, open, refused } from '../test/support.ts';

const soap = 'urn:oasis:names:tc:SAML:2.0:bindings:SOAP';

/** The connector with metadata in a file that a test may replace. */
async function withFile(xml: string, more: Record<string, unknown> = {}) {
  const files: Record<string, string> = { '/metadata.xml': xml };
  const opened = await open({ ...fromMetadata, metadataFile: '/metadata.xml', ...more }, { files });
  return { ...opened, files };
}

describe('metadata in a file', () => {
  it('say where logins go, who signs, and who the provider is', async () => {
    const { begin } = await withFile(entity());
    const { step, id, finish } = await begin();
    expect(step).toMatchObject({ kind: 'form', action: 'https://idp.example/post' });
    expect(await refused(finish(good(id, { issuer: 'https://evil.example' })))).toMatchObject({
      reason: 'Issuer is another than expected',
    });
    expect(await finish(good(id))).toMatchObject({ userId: 'u-1' });
  });

  it('may name two certificates while the provider changes its key, and one without use', async () => {
    const next = await makeKeyPair();
    const { begin } = await withFile(entity({ keys: keyDescriptor(next) + keyDescriptor(idp, '') }));
    for (const { key } of [idp, next]) {
      const { id, finish } = await begin();
      const said = { id: `_${id}` };
      expect(await finish(sign(responseXml(goodAnswer(id, said)), { key }))).toMatchObject({ userId: 'u-1' });
    }
  });

  it('are read again when a signature comes that no known certificate fits', async () => {
    const next = await makeKeyPair();
    const { begin, files, clock } = await withFile(entity());
    const before = await begin();
    files['/metadata.xml'] = entity({ keys: keyDescriptor(next) });
    const signed = (id: string) => sign(responseXml(goodAnswer(id)), { key: next.key });
    expect(await refused(before.finish(signed(before.id)))).toMatchObject({ code: 'upstream/protocol' });
    clock.advance(61);
    const after = await begin();
    expect(await after.finish(signed(after.id))).toMatchObject({ userId: 'u-1' });
  });

  it('that can no longer be read leave the old ones in place, and say so in the log', async () => {
    const { begin, files, clock, log } = await withFile(entity());
    await begin();
    delete files['/metadata.xml'];
    clock.advance(61);
    await begin();
    expect(log.lines.map(({ event }) => event)).toContain('saml.provider_stale');
    const { id, finish } = await begin();
    expect(await finish(good(id, { notOnOrAfter: '2030-01-01T00:06:00Z' }))).toMatchObject({ userId: 'u-1' });
  });

  it('choose the binding: post before redirect, unless the configuration says', async () => {
    const services = service('SingleSignOnService', redirect, 'https://idp.example/redirect') + signOn;
    const { begin } = await withFile(entity({ services }));
    expect((await begin()).step).toMatchObject({ kind: 'form' });
    const chosen = await withFile(entity({ services }), { ssoBinding: 'redirect' });
    const { step } = await chosen.begin();
    expect(step.kind === 'redirect' && step.url.startsWith('https://idp.example/redirect?SAMLRequest=')).toBe(true);
    const onlyRedirect = service('SingleSignOnService', redirect, 'https://idp.example/redirect');
    expect((await (await withFile(entity({ services: onlyRedirect }))).begin()).step.kind).toBe('redirect');
  });

  it('say where a logout goes: to the endpoint for a redirect, and nowhere when there is none', async () => {
    const elsewhere = [soap, post].map((binding) => service('SingleLogoutService', binding, 'https://idp.example/no'));
    const leadsTo = async (services: readonly string[]) => {
      const { begin, connector } = await withFile(entity({ services: [signOn, ...services].join('') }));
      const { id, finish } = await begin();
      const { connectorData = new Secret('') } = await finish(good(id));
      return connector.logout?.begin({ returnUrl: 'https://issuer.example/', state: 's', connectorData });
    };
    const there = service('SingleLogoutService', redirect, 'https://idp.example/slo');
    expect((await leadsTo([...elsewhere, there]))?.url).toMatch(/^https:\/\/idp\.example\/slo\?SAMLRequest=/u);
    expect(await leadsTo(elsewhere)).toBeUndefined();
  });

  it('of a federation need ssoIssuer to say which provider is meant', async () => {
    const both = `<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata">${entity({ id: 'urn:other' })}${entity()}</md:EntitiesDescriptor>`;
    expect(await refused((await withFile(both)).begin())).toMatchObject({
      reason: 'metadata in which ssoIssuer must name one identity provider',
    });
    const { begin } = await withFile(both, { ssoIssuer: entityId });
    const { id, finish } = await begin();
    expect(await finish(good(id))).toMatchObject({ userId: 'u-1' });
  });

  it.each([
    ['have expired', entity({ attributes: ' validUntil="2029-12-31T00:00:00Z"' }), 'metadata that have expired'],
    [
      'have expired for its logins',
      entity().replace('<md:IDPSSODescriptor', '$& validUntil="2029-12-31T00:00:00Z"'),
      'metadata that have expired',
    ],
    [
      'have expired with their federation',
      `<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" validUntil="2029-12-31T00:00:00Z">${entity()}</md:EntitiesDescriptor>`,
      'metadata that have expired',
    ],
    ['have no certificate', entity({ keys: '' }), 'metadata without signing certificate'],
    [
      'have a certificate for encryption only',
      entity({ keys: keyDescriptor(idp, ' use="encryption"') }),
      'metadata without signing certificate',
    ],
    [
      'have a broken certificate',
      entity({ keys: keyDescriptor({ ...idp, certificate: 'AAAA' }) }),
      'metadata with a certificate that cannot be read',
    ],
    ['have no endpoint', entity({ services: '' }), 'metadata without an endpoint for logins'],
    [
      'have an endpoint that is no web page',
      entity({ services: service('SingleSignOnService', post, 'javascript:alert(1)') }),
      'metadata without an endpoint for logins',
    ],
    [
      'have an endpoint for programs only',
      entity({ services: service('SingleSignOnService', soap, 'https://idp.example/soap') }),
      'metadata without an endpoint for logins',
    ],
    ['have another binding than the configured', entity(), 'metadata without an endpoint of the wanted binding'],
    [
      'are of a service, not a provider',
      entity().replaceAll('IDPSSODescriptor', 'SPSSODescriptor'),
      'metadata in which ssoIssuer must name one identity provider',
    ],
    ['have a document type', `<!DOCTYPE x>${entity()}`, 'comment, CDATA or DTD in XML'],
  ])('that %s are refused', async (name, xml, reason) => {
    const more = name.includes('binding') ? { ssoBinding: 'redirect' } : {};
    expect(await refused((await withFile(xml, more)).begin())).toEqual({ code: 'upstream/protocol', reason });
  });

  it('that are missing are named', async () => {
    const { begin } = await open({ ...fromMetadata, metadataFile: '/elsewhere.xml' });
    expect(await refused(begin())).toMatchObject({ code: 'config/invalid' });
  });
});

describe('certificates in the configuration', () => {
  it('may be several, in a file that is read again', async () => {
    const next = await makeKeyPair();
    const files: Record<string, string> = { '/ca.pem': idp.certificate };
    const { begin, clock } = await open({ caData: undefined, ca: '/ca.pem' }, { files });
    const first = await begin();
    expect(await first.finish(good(first.id))).toMatchObject({ userId: 'u-1' });
    files['/ca.pem'] = idp.certificate + next.certificate;
    clock.advance(61);
    const { id, finish } = await begin();
    const xml = sign(responseXml(goodAnswer(id, { id: '_2' })), { key: next.key });
    expect(await finish(xml)).toMatchObject({ userId: 'u-1' });
  });

  it.each([
    ['have expired', { from: '2028-01-01', to: '2029-01-01' }],
    ['are not valid yet', { from: '2030-06-01', to: '2031-01-01' }],
  ])('that %s are refused', async (_what, options) => {
    const pair = await makeKeyPair(options);
    const { begin } = await open({ caData: Buffer.from(pair.certificate).toString('base64') });
    expect(await refused(begin())).toMatchObject({ reason: 'no usable certificate of the provider' });
  });

  it.each([
    ['of another kind of key', { type: 'ed25519' }],
    ['of a short key', { bits: 1024 }],
  ] as const)('%s in a file are refused', async (_what, options) => {
    const { certificate } = await makeKeyPair(options);
    const { begin } = await open({ caData: undefined, ca: '/ca.pem' }, { files: { '/ca.pem': certificate } });
    expect(await refused(begin())).toMatchObject({ reason: 'no usable certificate of the provider' });
  });

  it('stay when the file is gone, and not when it holds no certificate any more', async () => {
    const files: Record<string, string> = { '/ca.pem': idp.certificate };
    const { begin, clock } = await open({ caData: undefined, ca: '/ca.pem' }, { files });
    await begin();
    delete files['/ca.pem'];
    clock.advance(60);
    const { id, finish } = await begin();
    expect(await finish(good(id))).toMatchObject({ userId: 'u-1' });
    files['/ca.pem'] = '-----BEGIN NOTHING';
    clock.advance(60);
    expect(await refused(begin())).toMatchObject({ code: 'config/invalid' });
  });

  it('that hold nothing are named', async () => {
    const files = { '/ca.pem': '-----BEGIN NOTHING' };
    const { begin } = await open({ caData: undefined, ca: '/ca.pem' }, { files });
    expect(await refused(begin())).toMatchObject({ code: 'config/invalid' });
  });
});
