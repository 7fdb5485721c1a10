import { OstiaryError } from '@ostiary/primitives';
import { describe, expect, it, vi } from 'vitest';
import { fakeClock, seededRandom } from '../testing/index.ts';
import { retrying } from './retry.ts';
import { retryingHttp } from './retrying-http.ts';

type Answer = () => Response;
const status =
  (code: number, headers: Record<string, string> = {}): Answer =>
  () =>
    new Response('', { status: code, headers });
const broken: Answer = () => {
  throw new OstiaryError('upstream/unavailable', 'no');
};

async function ask(answers: readonly Answer[], init: RequestInit | Request = {}) {
  const waits: number[] = [];
  const sentAt: number[] = [];
  let sent = 0;
  const fetch = retrying(
    async () => {
      const answer = answers[sent];
      sentAt.push(waits.length);
      sent += 1;
      if (answer === undefined) throw new Error('asked more often than expected');
      return answer();
    },
    { now: fakeClock().now, random: seededRandom(), wait: (ms) => Promise.resolve().then(() => waits.push(ms)) },
  );
  const outcome = await (init instanceof Request ? fetch(init) : fetch('https://a.example', init)).then(
    (response) => response.status,
    (error: unknown) => error,
  );
  return { outcome, sent, waits, sentAt };
}

describe('retrying', () => {
  it.each([429, 500, 502, 503, 504])('asks again after %i', async (code) => {
    expect(await ask([status(code), status(200)])).toMatchObject({ outcome: 200, sent: 2 });
  });

  it('asks again after a broken connection', async () => {
    expect(await ask([broken, status(200)])).toMatchObject({ outcome: 200, sent: 2 });
  });

  it('answers the last failure after three requests', async () => {
    expect(await ask([status(503), status(503), status(503)])).toMatchObject({ outcome: 503, sent: 3 });
    const { outcome } = await ask([broken, broken, broken]);
    expect(outcome).toMatchObject({ code: 'upstream/unavailable' });
  });

  it.each([200, 302, 400, 401, 404, 501])('takes %i as the answer', async (code) => {
    expect(await ask([status(code)])).toMatchObject({ outcome: code, sent: 1 });
  });

  it('asks for the headers again as for the whole', async () => {
    expect(await ask([status(503), status(200)], { method: 'HEAD' })).toMatchObject({ outcome: 200, sent: 2 });
  });

  it('lets go of the answer that it does not take: a connection hangs on it', async () => {
    const cancel = vi.fn();
    const busy: Answer = () => new Response(new ReadableStream({ cancel }), { status: 503 });
    await ask([busy, status(200)]);
    expect(cancel).toHaveBeenCalledOnce();
  });

  it.each(['POST', 'PUT', 'DELETE'])('sends a %s once: it may have done its work', async (method) => {
    expect(await ask([status(503)], { method })).toMatchObject({ outcome: 503, sent: 1 });
  });

  it('sends a POST once that is a whole Request', async () => {
    const request = new Request('https://a.example', { method: 'POST', body: 'code' });
    expect(await ask([status(503)], request)).toMatchObject({ outcome: 503, sent: 1 });
  });

  it('sends a POST again where all requests are idempotent', async () => {
    const bodies: unknown[] = [];
    const asked: unknown[] = [];
    const http = retryingHttp(
      (options) => {
        asked.push(options);
        return async (_input, init) => {
          bodies.push(init?.body);
          return new Response('', { status: bodies.length === 1 ? 429 : 200 });
        };
      },
      { now: fakeClock().now, random: seededRandom(), wait: async () => undefined },
    );
    const response = await http({ idempotent: true, timeoutMs: 5 })('https://a.example', { method: 'POST', body: 'x' });
    expect(response.status).toBe(200);
    expect(bodies).toEqual(['x', 'x']);
    expect(asked).toEqual([{ timeoutMs: 5 }]);
  });

  it('does not repeat what was no failure of the network', async () => {
    const bug: Answer = () => {
      throw new TypeError('bug');
    };
    expect(await ask([bug])).toMatchObject({ outcome: expect.any(TypeError), sent: 1 });
  });

  it('waits longer each time, with a random part', async () => {
    const { waits, sentAt } = await ask([status(503), status(503), status(200)]);
    expect(sentAt).toEqual([0, 1, 2]);
    const [first = 0, second = 0] = waits;
    expect(first).toBeGreaterThanOrEqual(100);
    expect(first).toBeLessThan(200);
    expect(second).toBeGreaterThanOrEqual(200);
    expect(second).toBeLessThan(400);
  });

  it.each([
    ['1', 1000],
    ['Tue, 01 Jan 2030 00:00:02 GMT', 2000],
  ])('waits as Retry-After: %s says', async (header, ms) => {
    const { waits } = await ask([status(429, { 'retry-after': header }), status(200)]);
    expect(waits).toEqual([ms]);
  });

  it.each(['3', '120'])(
    'gives up at once when asked to wait longer than somebody at a browser would: %s',
    async (wait) => {
      const answer = await ask([status(429, { 'retry-after': wait })]);
      expect(answer).toMatchObject({ outcome: 429, sent: 1, waits: [] });
    },
  );

  it('does not repeat a request that has taken long: somebody is waiting', async () => {
    for (const [seconds, expected] of [
      [2, 2],
      [2.95, 1],
      [4, 1],
    ] as const) {
      const clock = fakeClock();
      let sent = 0;
      const slow = retrying(
        async () => {
          sent += 1;
          clock.advance(seconds);
          return broken();
        },
        { now: clock.now, random: seededRandom(), wait: async () => undefined },
      );
      await expect(slow('https://a.example')).rejects.toMatchObject({ code: 'upstream/unavailable' });
      expect(sent).toBe(expected);
    }
  });

  it('is what retryingHttp gives for every set of options', async () => {
    const asked: unknown[] = [];
    let sent = 0;
    const http = retryingHttp(
      (options) => {
        asked.push(options);
        return async () => new Response('', { status: sent++ === 0 ? 503 : 200 });
      },
      { now: fakeClock().now, random: seededRandom(), wait: async () => undefined },
    );
    expect((await http({ timeoutMs: 5 })('https://a.example')).status).toBe(200);
    expect(asked).toEqual([{ timeoutMs: 5 }]);
  });

  it('ignores a Retry-After that says nothing', async () => {
    const { waits } = await ask([status(503, { 'retry-after': 'soon' }), status(200)]);
    expect(waits[0]).toBeLessThan(200);
  });
});
