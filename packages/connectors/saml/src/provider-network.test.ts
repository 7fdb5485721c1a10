import type { FakeClock } from '@ostiary/connector-sdk/testing';
import { OstiaryError } from '@ostiary/primitives';
import { describe, expect, it } from 'vitest';
import { makeKeyPair } from '../test/certificates.ts';
import { entity, fromMetadata, keyDescriptor } from '../test/metadata.ts';
import { goodAnswer, responseXml, type Said, sign } from '../test/provider.ts';
import { good, open, refused } from '../test/support.ts';

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

  it('may have changed their key while somebody logged in', async () => {
    const next = await makeKeyPair();
    const { provider, begin, clock } = await onNetwork(entity());
    const { id, finish } = await begin();
    provider.xml = entity({ keys: keyDescriptor(next) });
    clock.advance(61);
    const said = goodAnswer(id, minutesFrom(clock));
    expect(await finish(sign(responseXml(said), next))).toMatchObject({ userId: 'u-1' });
    expect(provider.fetched).toBe(2);
  });

  it.each([
    ['down', 'upstream/unavailable', async () => Promise.reject(new OstiaryError('upstream/unavailable', 'down'))],
    ['broken', 'upstream/unavailable', async () => new Response('', { status: 500 })],
    ['busy', 'upstream/unavailable', async () => new Response('', { status: 429 })],
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
