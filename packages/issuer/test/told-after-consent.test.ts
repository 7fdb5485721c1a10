/** A logout token names a person. It is for clients that may know them (docs/adr/0026). */
import { describe, expect, it } from 'vitest';
import type { Client, Reply } from '../src/index.ts';
import { type Browser, locationOf } from './browser.ts';
import { cli, publicRequest, request } from './harness.ts';
import { backchannel, logOut, logoutApp, ofWiki, startWithSessions, wiki } from './logouts.ts';
import { outcomeOf, redeem } from './sessions.ts';

type Word = 'approve' | 'reject';
type Ask = (browser: Browser) => Promise<Reply>;

const silently: Ask = (browser) => browser.authorize(request({ ...ofWiki, prompt: 'none' }));
const bySession: Ask = (browser) => browser.authorize(request(ofWiki));
const byLogin: Ask = (browser) => browser.logIn(request({ ...ofWiki, prompt: 'login' }));
const withoutSecret: Ask = (browser) => browser.authorize(publicRequest(ofWiki));

/** What the person says to the page of consent. */
async function say(word: Word, browser: Browser, reply: Reply): Promise<Reply> {
  expect(outcomeOf(reply)).toBe('/dex/approval');
  const req = new URL(locationOf(reply), 'https://login.example.com').searchParams.get('req') ?? '';
  return browser.send('/approval', { form: { req, approval: word } });
}

/** Who is told of the logout of somebody who agreed to the app, after the wiki has asked. */
async function toldAfter(
  ask: Ask,
  words: readonly Word[],
  ofTheWiki: Partial<Client> = {},
): Promise<readonly (string | null)[]> {
  const { fetch, sent } = backchannel();
  const clients = [logoutApp, { ...wiki, ...ofTheWiki }, cli];
  const harness = await startWithSessions({ fetch, clients, protocol: { skipApproval: false } });
  const browser = harness.browser();
  const answer = await say('approve', browser, await browser.logIn(request()));
  const { id } = await redeem(harness, answer);
  if (words.length === 0) await ask(browser);
  for (const word of words) await say(word, browser, await ask(browser));
  await logOut(browser, { id_token_hint: id });
  return sent.map(({ url }) => new URL(url).hostname).toSorted();
}

describe('a client hears of a logout', () => {
  const app = 'app.example.com';
  const both = [app, 'wiki.example.com'];
  const isPublic = { public: true, secrets: [] };

  it.each<[string, Ask, readonly Word[], readonly string[]]>([
    ['not when it only wanted to know who is there', silently, [], [app]],
    ['not when the page of consent was left', bySession, [], [app]],
    ['not when the person said no', bySession, ['reject'], [app]],
    ['not when the person logged in for it and said no', byLogin, ['reject'], [app]],
    ['when the person said yes', bySession, ['approve'], both],
    ['when the person logged in for it and said yes', byLogin, ['approve'], both],
    ['when the person said no, and yes later', byLogin, ['reject', 'approve'], both],
  ])('%s', async (_when, ask, words, told) => {
    expect(await toldAfter(ask, words)).toEqual(told);
  });

  it.each<[Word, readonly string[]]>([
    ['reject', [app]],
    ['approve', both],
  ])('of which people are asked each time, after "%s" too', async (word, told) => {
    expect(await toldAfter(withoutSecret, [word], isPublic)).toEqual(told);
  });

  it('that did not have to ask when it comes again', async () => {
    const { fetch, sent } = backchannel();
    const harness = await startWithSessions({ fetch, protocol: { skipApproval: false } });
    const browser = harness.browser();
    const first = await say('approve', browser, await browser.logIn(request()));
    await silently(browser);
    // The operator asks nobody for consent any more.
    const later = await harness.replica({ protocol: { skipApproval: true } });
    const there = harness.browser(later);
    for (const [name, value] of browser.cookies) there.cookies.set(name, value);
    expect(outcomeOf(await silently(there))).toBe('code');
    await logOut(there, { id_token_hint: (await redeem(harness, first)).id });
    expect(sent).toHaveLength(2);
  });
});
