import { describe, expect, it } from 'vitest';
import { following } from './following.ts';
import { httpOver } from './http-over.ts';
import { on, scriptedFetch } from './scripted-fetch.ts';

const start = 'https://a.example/start';
const to = (location: string) => () => new Response(null, { status: 302, headers: { location } });

/** A server that sends everybody on. */
const moved = () =>
  scriptedFetch(
    on('POST', start, to('/next')),
    on('GET', start, to('/next')),
    on('GET', 'https://a.example/next', to('https://b.example/end')),
    on('GET', 'https://b.example/end', () => new Response('here')),
    on('GET', 'https://a.example/circle', to('/circle')),
  );

const asked = (requests: readonly Request[]): readonly string[] => requests.map(({ url }) => new URL(url).pathname);

describe('httpOver', () => {
  it.each<[string, Parameters<typeof fetch>]>([
    ['that says nothing', [start]],
    ['that says manual', [start, { redirect: 'manual' }]],
    ['that is an object and says nothing', [new Request(start)]],
  ])('does not follow a redirect of a request %s, like the real network', async (_what, [input, init]) => {
    const { fetch, requests } = moved();
    const response = await httpOver(fetch)()(input instanceof Request ? input : String(input), init);
    expect(response.status).toBe(302);
    expect(asked(requests)).toEqual(['/start']);
  });

  it('follows where a request asks for it', async () => {
    const { fetch, requests } = moved();
    const response = await httpOver(fetch)()(start, { method: 'POST', redirect: 'follow' });
    expect(await response.text()).toBe('here');
    expect(asked(requests)).toEqual(['/start', '/next', '/end']);
  });

  it.each<[string, Parameters<typeof fetch>]>([
    ['that says so', [start, { redirect: 'error' }]],
    ['that is an object and says so', [new Request(start, { redirect: 'error' })]],
  ])('takes a redirect for a failure of a request %s', async (_what, [input, init]) => {
    const { fetch, requests } = moved();
    const answer = httpOver(fetch)()(input instanceof Request ? input : String(input), init);
    await expect(answer).rejects.toMatchObject({ code: 'upstream/unavailable' });
    expect(asked(requests)).toEqual(['/start']);
  });
});

describe('following', () => {
  it('goes on where a request says nothing, and ends in a circle', async () => {
    const { fetch, requests } = moved();
    expect(await (await following(fetch)(start)).text()).toBe('here');
    await expect(following(fetch)('https://a.example/circle')).rejects.toThrow(TypeError);
    expect(asked(requests).filter((path) => path === '/circle')).toHaveLength(21);
  });
});
