/** What becomes of the answer of a connector that breaks its contract, as one without types may. */
import type { Identity } from '@ostiary/connector-sdk';
import { describe, expect, it } from 'vitest';
import { answerOf } from './browser.ts';
import { exchange, start } from './exchanges.ts';
import { type Harness, jane, redirectUri, request, startIssuer, textOf } from './harness.ts';

const credentials = { client_id: 'app', client_secret: 'app-secret' };

/** Identities that are none, by what the log says is wrong. */
const wrong: readonly (readonly [problem: string, change: Readonly<Record<string, unknown>>])[] = [
  ['userId is not a text', { userId: 5 }],
  ['userId is empty', { userId: '' }],
  ['userId is no well-formed Unicode', { userId: '\ud800' }],
  ['username is not a text', { username: undefined }],
  ['preferredUsername is not a text', { preferredUsername: null }],
  ['email is not an address with verified: leave email out where there is none', { email: 'jane@example.com' }],
  ['email.verified is not a boolean', { email: { address: 'jane@example.com', verified: 'false' } }],
  ['groups is not a list of texts', { groups: 'admins' }],
  ['groups.1 is not a text', { groups: ['dev', { name: 'ops' }] }],
  ['authentication.time is not a valid Date', { authentication: { time: new Date(Number.NaN) } }],
  ['authentication.expires is not a valid Date', { authentication: { expires: '2030-01-01' } }],
  ['renewable is neither false nor left out', { renewable: true }],
  ['connectorData is not a Secret', { connectorData: 'a token' }],
];

const changed = (change: Readonly<Record<string, unknown>>): Identity => ({ ...jane, ...change }) as Identity;

/** What the log says of the one failure. */
const problemsOf = ({ log }: Harness): unknown =>
  log.lines.filter(({ event }) => event === 'request.failed').map(({ fields }) => fields.detail);

const reason = 'the connector answered no identity';

describe('an answer of a connector that is no identity', () => {
  it.each(wrong)('lets nobody in, and the log says that %s', async (problem, change) => {
    const harness = await startIssuer();
    harness.upstream.identity = changed(change);
    const reply = await harness.browser().logIn(request());
    expect(reply).toMatchObject({ kind: 'page', status: 502, page: { problem: 'login_failed' } });
    expect(problemsOf(harness)).toEqual([{ reason, problems: [problem] }]);
  });

  it.each(wrong)('gives no tokens at a refresh and ends no login: %s', async (problem, change) => {
    const harness = await startIssuer();
    const browser = harness.browser();
    const code = answerOf(await browser.logIn(request())).get('code') ?? '';
    const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, ...credentials };
    const token = textOf(await browser.token(form), 'refresh_token');
    const refresh = () => browser.token({ grant_type: 'refresh_token', refresh_token: token, ...credentials });
    harness.upstream.identity = changed(change);
    expect(await refresh()).toMatchObject({ status: 502 });
    expect(problemsOf(harness)).toEqual([{ reason, problems: [problem] }]);
    harness.upstream.identity = jane;
    expect(await refresh()).toMatchObject({ status: 200 });
  });

  it.each(wrong)('gives no token at an exchange: %s', async (problem, change) => {
    const harness = await start({ answer: () => changed(change) });
    expect(await exchange(harness)).toMatchObject({ status: 502 });
    expect(problemsOf(harness)).toEqual([{ reason, problems: [problem] }]);
  });

  it.each([undefined, null, 'rejected'])('%s from a login with a redirect is one', async (answer) => {
    const harness = await startIssuer();
    harness.upstream.identity = answer as unknown as Identity;
    expect(await harness.browser().logIn(request())).toMatchObject({ kind: 'page', status: 502 });
    expect(problemsOf(harness)).toEqual([{ reason, problems: ['the answer is not an identity'] }]);
  });
});
