import { describe, expect, it } from 'vitest';
import { issuerId, startIssuer } from './harness.ts';

describe('/callback/{connector}/metadata', () => {
  it('shows the document that the connector has about itself, made for its callback', async () => {
    const metadata = {
      contentType: 'application/samlmetadata+xml',
      describe: async ({ callbackUrl }: { callbackUrl: string }) => `<at>${callbackUrl}</at>`,
    };
    const plain = await startIssuer();
    const connector = { ...plain.connector('idp'), metadata };
    const { browser } = await startIssuer({ entries: [{ connector }] });
    expect(await browser().send('/callback/idp/metadata')).toMatchObject({
      kind: 'document',
      status: 200,
      body: `<at>${issuerId}/callback/idp</at>`,
      headers: { 'content-type': 'application/samlmetadata+xml' },
    });
  });

  it.each(['idp', 'nobody'])('has nothing at %s', async (id) => {
    const { browser } = await startIssuer();
    expect(await browser().send(`/callback/${id}/metadata`)).toMatchObject({ kind: 'document', status: 404 });
  });
});
