/** What becomes of a connector that never answers, as one may that has forgotten a limit of time. */
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { answerOf, locationOf } from './browser.ts';
import { exchange, idToken } from './exchanges.ts';
import { type Harness, jane, redirectUri, request, startIssuer, textOf } from './harness.ts';

const LIMIT_MS = 50_000;
const silence = () => new Promise<never>(() => {});
const credentials = { client_id: 'app', client_secret: 'app-secret' };

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

/** What the work comes to, after it was seen to wait until the limit. */
async function atTheLimit<T>(work: Promise<T>): Promise<T> {
  let isOver = false;
  const watched = work.finally(() => {
    isOver = true;
  });
  while (vi.getTimerCount() === 0) await setImmediate();
  await vi.advanceTimersByTimeAsync(LIMIT_MS - 1);
  expect(isOver).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  return watched;
}

const failures = ({ log }: Harness): unknown =>
  log.lines.filter(({ event }) => event === 'request.failed').map(({ fields }) => [fields.code, fields.detail]);

const told = (connector: string): unknown => [
  ['upstream/unavailable', { connector, reason: 'the connector has not answered for 50 seconds' }],
];

it.each(['begin', 'finish'] as const)('%s of a login ends on a page that leads back to the beginning', async (step) => {
  const silent = { begin: step === 'begin' ? { begin: silence } : {}, finish: { finish: silence } }[step];
  const harness = await startIssuer();
  const { login } = harness.connector('idp');
  Object.assign(login, silent);
  const browser = harness.browser();
  const reply = await atTheLimit(step === 'begin' ? browser.authorize(request()) : browser.logIn(request()));
  expect(reply).toMatchObject({ kind: 'page', status: 503, page: { retryUrl: expect.stringContaining('/auth') } });
  expect(failures(harness)).toEqual(told('idp'));
});

it('a password may be typed again, and the try is not counted', async () => {
  const passwordAttempts = { perAccount: 1, perAddress: 0, window: 900 };
  const harness = await startIssuer({ passwordAttempts });
  const { login } = harness.connector('ldap');
  const browser = harness.browser();
  const url = async () => locationOf(await browser.authorize(request({ connector_id: 'ldap' })));
  const form = { login: 'jane', password: 'pass' };
  const answering = { ...login };
  Object.assign(login, { check: silence });
  expect(await atTheLimit(browser.send(await url(), { form }))).toMatchObject({ kind: 'page', status: 503 });
  expect(failures(harness)).toEqual(told('ldap'));
  Object.assign(login, answering);
  expect(await browser.send(await url(), { form })).toMatchObject({ kind: 'redirect' });
});

it.each([false, true])('a refresh waits for no other one that got no answer; exclusive: %s', async (exclusive) => {
  const harness = await startIssuer({
    refresh: (upstream) => ({ kind: 'upstream', exclusive, refresh: () => upstream.refreshed() }),
  });
  const browser = harness.browser();
  const code = answerOf(await browser.logIn(request())).get('code') ?? '';
  const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, ...credentials };
  const token = textOf(await browser.token(form), 'refresh_token');
  const refresh = () => browser.token({ grant_type: 'refresh_token', refresh_token: token, ...credentials });
  harness.upstream.refreshed = silence;
  expect(await atTheLimit(refresh())).toMatchObject({ status: 503 });
  expect(failures(harness)).toEqual(told('idp'));
  harness.upstream.refreshed = async () => jane;
  expect(await refresh()).toMatchObject({ status: 200 });
});

it('an exchange may be tried again', async () => {
  const harness = await startIssuer({ exchange: { subjectTokenTypes: [idToken], exchange: silence } });
  const reply = await atTheLimit(exchange(harness));
  expect(reply).toMatchObject({ status: 503, headers: { 'retry-after': '5' } });
  expect(failures(harness)).toEqual(told('idp'));
});

it('no timer is left of a connector that answers', async () => {
  const harness = await startIssuer();
  await harness.browser().logIn(request());
  expect(vi.getTimerCount()).toBe(0);
});
