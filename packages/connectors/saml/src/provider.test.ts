import type { FakeClock } from '@ostiary/connector-sdk/testing';
import { OstiaryError } from '@ostiary/primitives';
import { describe, expect, it } from 'vitest';
import { type KeyPair, makeKeyPair } from '../test/certificates.ts';
import { entityId, goodAnswer, responseXml, type Said, sign } from '../test/provider.ts';
import { good, idp, open, refused } from '../test/support.ts';

const post = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST';
const redirect = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect';

const bare = ({ certificate }: KeyPair) => certificate.replace(/-----[^-]+-----|\s/gu, '');
const keyDescriptor = (pair: KeyPair, use = ' use="signing"') =>
  `<md:KeyDescriptor${use}><ds:KeyInfo><ds:X509Data><ds:X509Certificate>${bare(pair)}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>`;
const service = (name: string, binding: string, url: string) => `<md:${name} Binding="${binding}" Location="${url}"/>`;
const signOn = service('SingleSignOnService', post, 'https://idp.example/post');

interface Entity {
  readonly id?: string;
  readonly keys?: string;
  readonly services?: string;
  readonly attributes?: string;
}

const entity = ({ id = entityId, keys = keyDescriptor(idp), services = signOn, attributes = '' }: Entity = {}) =>
  `<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" entityID="${id}"${attributes}><!-- made by hand --><md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">${keys}${services}</md:IDPSSODescriptor></md:EntityDescriptor>`;

const fromMetadata = { ssoURL: undefined, caData: undefined, ssoIssuer: undefined };

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

const metadataURL = 'https://idp.example/metadata';

/** The connector with metadata on the network, and what the provider answers there. */
async function onNetwork(xml: string) {
  const provider = { xml, status: 200, fetched: 0 };
  const fetch = async () => {
    provider.fetched += 1;
    return new Response(provider.xml, { status: provider.status });
  };
  return { ...(await open({ ...fromMetadata, metadataURL }, { fetch })), provider };
}

/** An assertion of this minute. */
function minutesFrom({ now }: FakeClock): Said {
  const at = (seconds: number) => new Date(now().getTime() + seconds * 1000).toISOString();
  return { id: `_at${now().getTime()}`, notBefore: at(-60), notOnOrAfter: at(300), confirmedUntil: at(300) };
}

describe('metadata on the network', () => {
  it('are fetched when first needed, and again after an hour', async () => {
    let fetched = 0;
    const fetch = async () => {
      fetched += 1;
      return new Response(entity());
    };
    const { begin, clock } = await open({ ...fromMetadata, metadataURL }, { fetch });
    expect(fetched).toBe(0);
    await begin();
    clock.advance(3599);
    await begin();
    expect(fetched).toBe(1);
    clock.advance(1);
    await begin();
    expect(fetched).toBe(2);
  });

  it('no longer have the certificate that the provider took back, however long nobody logged in', async () => {
    const next = await makeKeyPair();
    const { provider, begin, clock } = await onNetwork(entity());
    const first = await begin();
    provider.xml = entity({ keys: keyDescriptor(next) });
    clock.advance(3600);
    const forged = good(first.id, minutesFrom(clock));
    expect(await refused(first.finish(forged))).toMatchObject({
      reason: 'signature that no certificate of the provider verifies',
    });
  });

  it('outlast an outage of the provider, but neither a week nor their own end', async () => {
    const attributes = ' validUntil="2030-01-03T00:00:00Z"';
    const { provider, begin, clock, log } = await onNetwork(entity({ attributes }));
    await begin();
    provider.status = 503;
    clock.advance(2 * 24 * 3600 - 1);
    const { id, finish } = await begin();
    expect(await finish(good(id, minutesFrom(clock)))).toMatchObject({ userId: 'u-1' });
    expect(log.lines.map(({ event }) => event)).toContain('saml.provider_stale');
    clock.advance(1);
    expect(await refused(begin())).toMatchObject({ reason: 'metadata that have expired' });
    const endless = await onNetwork(entity());
    await endless.begin();
    endless.provider.status = 503;
    endless.clock.advance(8 * 24 * 3600);
    expect(await refused(endless.begin())).toMatchObject({ code: 'upstream/unavailable' });
  });

  it.each([
    ['gone', { status: 404 }],
    ['broken', { xml: '<html>' }],
    ['without a certificate', { xml: entity({ keys: '' }) }],
  ])('are not outlasted by the old ones when they are %s', async (_what, change) => {
    const { provider, begin, clock } = await onNetwork(entity());
    await begin();
    Object.assign(provider, change);
    clock.advance(3600);
    expect(await refused(begin())).toMatchObject({ code: 'upstream/protocol' });
  });

  it.each([
    ['certificate', async () => entity({ keys: keyDescriptor(await makeKeyPair({ to: '2030-01-01T00:10:00Z' })) })],
    ['validity', async () => entity({ attributes: ' validUntil="2030-01-01T00:10:00Z"' })],
  ])('are fetched early, at most once a minute, when the last %s has run out', async (_what, old) => {
    const { provider, begin, clock } = await onNetwork(await old());
    await begin();
    clock.advance(601);
    expect((await refused(begin())).reason).toMatch(/no usable certificate|have expired/u);
    provider.xml = entity();
    await refused(begin());
    expect(provider.fetched).toBe(2);
    clock.advance(60);
    const { id, finish } = await begin();
    expect(await finish(good(id, minutesFrom(clock)))).toMatchObject({ userId: 'u-1' });
    expect(provider.fetched).toBe(3);
  });

  it('are fetched again for a key that is not known, at most once a minute, and for nothing else', async () => {
    let fetched = 0;
    const fetch = async () => {
      fetched += 1;
      return new Response(entity());
    };
    const { begin, clock } = await open({ ...fromMetadata, metadataURL }, { fetch });
    const { id, finish } = await begin();
    clock.advance(61);
    await refused(finish(good(id, { audience: 'https://other.example' })));
    expect(fetched).toBe(1);
    const forged = sign(responseXml(goodAnswer(id)), await makeKeyPair());
    await refused(finish(forged));
    await refused(finish(forged));
    expect(fetched).toBe(2);
  });

  it.each([
    ['down', 'upstream/unavailable', async () => Promise.reject(new OstiaryError('upstream/unavailable', 'down'))],
    ['busy', 'upstream/unavailable', async () => new Response('', { status: 503 })],
    ['elsewhere', 'upstream/protocol', async () => new Response('', { status: 404 })],
    ['something else', 'upstream/protocol', async () => new Response('<html>')],
  ])('that are %s are %s, and the next login tries again', async (_what, code, fail) => {
    let isUp = false;
    const fetch = async () => (isUp ? new Response(entity()) : fail());
    const { begin } = await open({ ...fromMetadata, metadataURL }, { fetch });
    expect(await refused(begin())).toMatchObject({ code });
    isUp = true;
    expect((await begin()).step.kind).toBe('form');
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
