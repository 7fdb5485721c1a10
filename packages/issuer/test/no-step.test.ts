/** A connector that begins a login in a way that its contract forbids, as one without types may. */
import type { LoginStep } from '@ostiary/connector-sdk';
import { expect, it } from 'vitest';
import { jane, request, startIssuer } from './harness.ts';

const url = 'https://idp.example.com/';

async function begun(step: unknown) {
  const begin = async (): Promise<LoginStep> => step as LoginStep;
  const connector = { via: 'redirect', login: { begin, finish: async () => jane } } as const;
  const harness = await startIssuer({ entries: [{ connector }] });
  return { ...harness, reply: await harness.browser().authorize(request()) };
}

it.each([
  ['its kind', undefined],
  ['its kind', { kind: 'poll', url, keep: null }],
  ['does not lead to', { kind: 'redirect', keep: null }],
  ['does not lead to', { kind: 'redirect', url: '/login', keep: null }],
  ['does not lead to', { kind: 'redirect', url: 'javascript:alert(1)', keep: null }],
  ['does not lead to', { kind: 'form', url, fields: {}, keep: null }],
  ['has no keep', { kind: 'redirect', url }],
  ['its keep has 1025 bytes', { kind: 'redirect', url, keep: 'k'.repeat(1023) }],
])('is blamed for it, not the client or the browser: %s', async (problem, step) => {
  const { reply, log } = await begun(step);
  expect(reply).toMatchObject({ kind: 'page', status: 502, page: { problem: 'login_failed' } });
  expect(reply.cookies ?? []).toEqual([]);
  const [failure] = log.lines.filter(({ event }) => event === 'request.failed');
  expect(failure?.fields.detail).toMatchObject({ problem: expect.stringContaining(problem) });
});

it('is not blamed when it keeps all that it may', async () => {
  const { reply } = await begun({ kind: 'redirect', url, keep: 'k'.repeat(1022) });
  expect(reply).toMatchObject({ kind: 'redirect', location: url });
});
