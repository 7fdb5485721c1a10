import { Secret } from '@ostiary/primitives';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { scriptedFetch } from '../testing/index.ts';
import { openApi } from './api.ts';
import { refusedReason, refusedStatus } from './failure.ts';
import { forbiddenByMessage } from './forbidden.ts';
import { nextLink } from './links.ts';

const thing = z.object({ id: z.number() });
const list = z.array(z.number());

function apiWith(answer: (request: Request) => Response) {
  const { fetch, requests } = scriptedFetch(answer);
  const api = openApi({
    fetch,
    baseUrl: 'https://api.example/v1',
    accessToken: new Secret('token-1'),
    headers: { a: 'b' },
  });
  return { api, requests };
}

const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'no failure',
    (error: unknown) => error,
  );

describe('openApi', () => {
  it('asks below the base URL, with the token and the headers', async () => {
    const { api, requests } = apiWith(() => Response.json({ id: 1, more: true }));
    expect(await api.get('/things/1', thing)).toEqual({ id: 1 });
    expect(requests[0]?.url).toBe('https://api.example/v1/things/1');
    expect(requests[0]?.headers.get('authorization')).toBe('Bearer token-1');
    expect(requests[0]?.headers.get('a')).toBe('b');
    expect(requests[0]?.redirect).toBe('manual');
  });

  it.each([400, 401, 403, 404, 302])('%i is a refusal that tells its status', async (status) => {
    const { api } = apiWith(() => new Response('secret-body', { status }));
    const error = await failureOf(api.get('/things/1', thing));
    expect(error).toMatchObject({ code: 'upstream/protocol', detail: { status, host: 'api.example' } });
    expect(refusedStatus(error)).toBe(status);
    expect(JSON.stringify(error)).not.toContain('secret-body');
  });

  it.each([
    [429, {}],
    [500, {}],
    [503, {}],
    [403, { 'retry-after': '30' }],
    [403, { 'x-ratelimit-remaining': '0' }],
  ])('%i with %j means: ask later', async (status, headers) => {
    const { api } = apiWith(() => new Response('', { status, headers }));
    const error = await failureOf(api.get('/things/1', thing));
    expect(error).toMatchObject({ code: 'upstream/unavailable' });
    expect(refusedStatus(error)).toBeUndefined();
  });

  it.each([
    ['no JSON', new Response('<html>')],
    ['another form', Response.json({ id: 'jane@example.com' })],
  ])('refuses %s, and repeats none of it', async (_what, response) => {
    const { api } = apiWith(() => response.clone());
    const error = await failureOf(api.get('/things/1?mail=jane@example.com', thing));
    expect(error).toMatchObject({ code: 'upstream/protocol', detail: { path: '/v1/things/1' } });
    expect(JSON.stringify(error)).not.toContain('jane');
    expect(refusedStatus(error)).toBeUndefined();
  });

  it('reads the refusal that is expected, and no other', async () => {
    const question = {
      path: '/x',
      method: 'POST',
      body: { a: 1 },
      answer: thing,
      refusal: { status: 400, answer: z.object({ reason: z.string() }) },
    } as const;
    const refused = apiWith(() => Response.json({ reason: 'because' }, { status: 400 }));
    expect(await refused.api.ask(question)).toEqual({ ok: false, value: { reason: 'because' } });
    const answered = apiWith(() => Response.json({ id: 1 }, { headers: { 'x-subject-token': 't' } }));
    const reply = await answered.api.ask(question);
    expect(reply).toMatchObject({ ok: true, value: { id: 1 } });
    expect(reply.ok && reply.headers.get('x-subject-token')).toBe('t');
    const other = apiWith(() => Response.json({ reason: 'because' }, { status: 401 }));
    expect(refusedStatus(await failureOf(other.api.ask(question)))).toBe(401);
  });

  it('shows who asks in another header', async () => {
    const { fetch, requests } = scriptedFetch(() => Response.json({ id: 1 }));
    const secretHeaders = { 'x-auth-token': new Secret('token-2') };
    await openApi({ fetch, baseUrl: 'https://api.example', secretHeaders }).get('/x', thing);
    expect(requests[0]?.headers.get('x-auth-token')).toBe('token-2');
    expect(requests[0]?.headers.get('authorization')).toBeNull();
  });

  it.each([
    [{}, 'Log in again.'],
    [{ asService: true }, 'Tell your administrator.'],
  ])('says what helps against a 401, with %j', async (who, remedy) => {
    const { fetch } = scriptedFetch(() => new Response('', { status: 401 }));
    const options = { fetch, baseUrl: 'https://api.example', accessToken: new Secret('token-3'), ...who };
    expect(String(await failureOf(openApi(options).get('/x', thing)))).toContain(remedy);
  });

  it.each([
    'You have exceeded a secondary rate limit. Please wait.',
    'You have triggered an abuse detection mechanism. Please wait a few minutes.',
    "Quota exceeded for quota metric 'Queries' and limit 'Queries per minute per user'.",
    { errors: [{ domain: 'usageLimits', reason: 'userRateLimitExceeded' }] },
    { errors: [{ domain: 'usageLimits', reason: 'dailyLimitExceeded' }] },
  ])('knows "too many" by the text of a 403 where no header says so: %j', async (message) => {
    const { api } = apiWith(() => Response.json({ message }, { status: 403 }));
    expect(await failureOf(api.get('/x', thing))).toMatchObject({ code: 'upstream/unavailable' });
  });

  describe('a 403', () => {
    const forbidden = forbiddenByMessage({ banned: /banned/iu, paused: /paused|banned/iu });
    const refusedWith = (answer: () => Response): Promise<unknown> =>
      failureOf(
        openApi({ fetch: scriptedFetch(answer).fetch, baseUrl: 'https://api.example', forbidden }).get('/', thing),
      );

    it.each([
      [{ message: 'jane is Banned.' }, 'banned'],
      [{ message: 'Paused', url: 'x' }, 'paused'],
      [{ error: 'insufficient_scope' }, 'another reason'],
    ])('of the provider tells its reason: %j', async (body, reason) => {
      const error = await refusedWith(() => Response.json(body, { status: 403 }));
      expect(error).toMatchObject({ code: 'upstream/protocol', detail: { status: 403, reason } });
      expect(refusedReason(error)).toBe(reason);
      expect(JSON.stringify(error)).not.toContain('jane');
    });

    it.each([
      ['a page', '<html>Request blocked: banned</html>'],
      ['nothing', ''],
      ['other JSON', '{"blocked_by":"firewall"}'],
      ['a list', '[]'],
    ])('that is %s comes from something in between, which may let the next request pass', async (_what, body) => {
      const error = await refusedWith(() => new Response(body, { status: 403 }));
      expect(error).toMatchObject({ code: 'upstream/unavailable', detail: { status: 403 } });
      expect(refusedReason(error)).toBeUndefined();
    });
  });

  it('finds nothing at 404, and says so of nothing else', async () => {
    expect(await apiWith(() => new Response('', { status: 404 })).api.find('/x', thing)).toBeUndefined();
    const refused = await failureOf(apiWith(() => new Response('', { status: 403 })).api.find('/x', thing));
    expect(refusedStatus(refused)).toBe(403);
  });

  it.each([
    [204, true],
    [404, false],
  ])('exists: %i is %s', async (status, expected) => {
    const { api } = apiWith(() => new Response(null, { status }));
    expect(await api.exists('/x')).toBe(expected);
  });

  it('does not take a page for a yes', async () => {
    const { api } = apiWith(() => new Response('<html>Log in</html>', { status: 200 }));
    expect(await failureOf(api.exists('/x'))).toMatchObject({
      code: 'upstream/protocol',
      detail: { host: 'api.example' },
    });
  });

  it('does not take a redirect for an answer', async () => {
    const { api } = apiWith(() => new Response(null, { status: 302 }));
    expect(refusedStatus(await failureOf(api.exists('/x')))).toBe(302);
  });
});

describe('pages', () => {
  const paged = (next: (number: number) => string | undefined) =>
    apiWith((request) => {
      const number = Number(new URL(request.url).searchParams.get('page') ?? 1);
      const link = next(number);
      return Response.json([number], { headers: link === undefined ? {} : { link: `<${link}>; rel="next"` } });
    });
  const paging = { schema: list, next: ({ headers }: { headers: Headers }) => nextLink(headers) };

  it('come in order, by path or by URL', async () => {
    const { api } = paged((number) =>
      number === 1 ? '/list?page=2' : number === 2 ? 'https://api.example/v1/list?page=3' : undefined,
    );
    expect(await api.pages('/list', paging)).toEqual([[1], [2], [3]]);
  });

  it('are not asked for at another host: the token would go there', async () => {
    const { api, requests } = paged(() => 'https://evil.example/list');
    await expect(api.pages('/list', paging)).rejects.toMatchObject({ code: 'upstream/protocol' });
    expect(requests).toHaveLength(1);
  });

  it.each(['list?page=2', '?page=2', 'https://', 'javascript:void(0)'])(
    'are refused at %s, which is nowhere',
    async (next) => {
      const { api } = paged(() => next);
      await expect(api.pages('/list', paging)).rejects.toMatchObject({ code: 'upstream/protocol' });
    },
  );

  it('are asked for with the same body, as JSON', async () => {
    const { api, requests } = paged((number) => (number === 1 ? '/list?page=2' : undefined));
    expect(await api.pages('/list', { ...paging, body: { ids: [1] } })).toEqual([[1], [2]]);
    for (const request of requests) {
      expect(request.method).toBe('POST');
      expect(request.headers.get('content-type')).toBe('application/json');
      expect(await request.json()).toEqual({ ids: [1] });
    }
  });

  it('are refused when they have no end', async () => {
    const { api } = paged((number) => `/list?page=${number + 1}`);
    await expect(api.pages('/list', paging)).rejects.toMatchObject({ detail: { pages: 1000 } });
  });
});

describe('nextLink', () => {
  it.each([
    ['<https://a/?page=2>; rel="next", <https://a/?page=9>; rel="last"', 'https://a/?page=2'],
    ['<https://a/?page=1>; rel="prev", </b?page=3>; rel=next', '/b?page=3'],
    ['<https://a/?q=1,2>; title="x"; rel="next"', 'https://a/?q=1,2'],
    ['<https://a/?page=2>; rel="prefetch next"', 'https://a/?page=2'],
    ['<https://a/?page=9>; rel="last"', undefined],
    ['<https://a/>; rel="nextish"', undefined],
    ['', undefined],
  ])('%s', (link, expected) => expect(nextLink(new Headers({ link }))).toBe(expected));

  it('reads a header of a million blanks once', () => {
    const blanks = ' '.repeat(1_000_000);
    for (const parameters of [`rel=${blanks};`, `rel="${blanks}`]) {
      expect(nextLink(new Headers({ link: `<https://a/>; ${parameters}` }))).toBeUndefined();
    }
  });
});
