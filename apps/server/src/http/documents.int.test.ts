import type { Endpoint, Reply } from '@ostiary/issuer';
import { describe, expect, it } from 'vitest';
import { endpoint, hostOptions } from '../../test/fake-issuer.ts';
import { listen } from '../../test/listen.ts';
import { createHost, type HostOptions } from './host.ts';

const keys: Reply = { kind: 'document', status: 200, body: '{"keys":[]}', headers: { 'cache-control': 'public' } };

function document(handle: Parameters<typeof endpoint>[1], more: Partial<Endpoint> = {}): Endpoint {
  return endpoint('/keys', handle, { audience: 'program', cors: true, sameForAll: true, ...more });
}

/** A plain request is answered ahead of the router, one with a query by it. */
async function bothWays(one: Endpoint, more: Partial<Omit<HostOptions, 'id'>> = {}, init?: RequestInit) {
  const options = hostOptions([one], more);
  await using host = await listen(() => createHost(options));
  const answers = [];
  for (const path of ['/dex/keys', '/dex/keys?by=router']) {
    const response = await fetch(`${host.origin}${path}`, init);
    const { date: _, ...headers } = Object.fromEntries(response.headers);
    answers.push({ status: response.status, headers, body: await response.text() });
  }
  return { answers, ...options };
}

const withoutId = (text: string): string => text.replaceAll(/request-\d/g, 'request-N');

describe('documents', () => {
  it.each([
    ['plain', {}, {}],
    ['CORS for all', { allowedOrigins: ['*'] }, { headers: { origin: 'https://app.example' } }],
    ['CORS for one', { allowedOrigins: ['https://app.example'] }, { headers: { origin: 'https://app.example' } }],
    ['CORS for another', { allowedOrigins: ['https://app.example'] }, { headers: { origin: 'https://b.example' } }],
    ['HEAD', {}, { method: 'HEAD' }],
    ['POST', {}, { method: 'POST' }],
    ['a proxy with an id', {}, { headers: { 'x-request-id': 'proxy-7' } }],
  ])('are answered, logged and counted as the router would: %s', async (_, more, init) => {
    const { answers, lines, requests } = await bothWays(
      document(() => keys),
      more,
      init,
    );
    for (const list of [answers, lines, requests]) {
      expect(list).toHaveLength(2);
      expect(withoutId(JSON.stringify(list[0]))).toBe(withoutId(JSON.stringify(list[1])));
    }
  });

  it('are a new answer when the reply is a new one', async () => {
    const replies = [keys, { ...keys, body: '{"keys":[1]}' }];
    const options = hostOptions([document(() => replies.shift() ?? keys)]);
    await using host = await listen(() => createHost(options));
    const bodies = [];
    for (let i = 0; i < 2; i += 1) bodies.push(await (await fetch(`${host.origin}/dex/keys`)).text());
    expect(bodies).toEqual(['{"keys":[]}', '{"keys":[1]}']);
  });

  it.each([
    ['throws', () => Promise.reject(new Error('inside'))],
    ['answers what HTTP cannot carry', (): Reply => ({ ...keys, headers: { 'x-bad': 'a\nb' } })],
  ])('are a 500 without details when the endpoint %s', async (_, handle) => {
    const { answers, lines } = await bothWays(document(handle));
    expect(answers.map(({ status }) => status)).toEqual([500, 500]);
    expect(answers[0]?.body).not.toContain('inside');
    expect(lines.filter(({ event }) => event === 'http.unexpected')).toHaveLength(2);
  });

  it('are only those that say so: another endpoint reads its request', async () => {
    const seen: string[] = [];
    const own = document(
      (request) => {
        seen.push(request.query.get('by') ?? 'none');
        return keys;
      },
      { sameForAll: false },
    );
    await bothWays(own);
    expect(seen).toEqual(['none', 'router']);
  });
});
