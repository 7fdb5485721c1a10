/** People who log in with a browser and want to log out again, and clients that hear of it. */
import type { Fetch } from '@ostiary/primitives';
import type { Client, Reply } from '../src/index.ts';
import { answerOf, type Browser } from './browser.ts';
import { app, cli, type Harness, type HarnessOptions, redirectUri, request, startIssuer } from './harness.ts';
import { asApp, type Tokens, tokensOf } from './tokens.ts';

export const bye: string = 'https://app.example.com/bye';

/** A client that hears of logouts. */
export const logoutApp: Client = {
  ...app,
  postLogoutRedirectUris: [bye, `${bye}?tenant=a`, `${bye}#/bye?x`, 'https://app.example.com/ü'],
  backchannelLogoutUri: 'https://app.example.com/backchannel',
};

/** Another one, of which nobody has to log in again. */
export const wiki: Client = {
  ...app,
  id: 'wiki',
  name: 'Wiki',
  redirectUris: ['https://wiki.example.com/callback'],
  backchannelLogoutUri: 'https://wiki.example.com/backchannel',
};

export const ofWiki = { client_id: 'wiki', redirect_uri: 'https://wiki.example.com/callback' } as const;

/** What was sent to clients, and how they answer. */
export interface Backchannel {
  readonly fetch: Fetch;
  readonly sent: { readonly url: string; readonly init: RequestInit }[];
  /** By URL; absent: 200. */
  readonly answers: Map<string, (init: RequestInit) => Promise<Response>>;
}

export function backchannel(): Backchannel {
  const sent: Backchannel['sent'] = [];
  const answers: Backchannel['answers'] = new Map();
  const fetch: Fetch = async (input, init = {}) => {
    sent.push({ url: String(input), init });
    return (await answers.get(String(input))?.(init)) ?? new Response('thanks');
  };
  return { fetch, sent, answers };
}

/** The logout token of a request to a client. */
export const tokenIn = ({ init }: Backchannel['sent'][number]): string =>
  (init.body instanceof URLSearchParams && init.body.get('logout_token')) || '';

/** An issuer with sessions. */
export const startWithSessions = (options: HarnessOptions = {}): Promise<Harness> =>
  startIssuer({ clients: [logoutApp, wiki, cli], sessions: { sharedByDefault: true }, ...options });

/** A browser in which somebody is logged in at {@link app}, and their tokens. */
export async function loggedIn(
  { browser }: Pick<Harness, 'browser'>,
  at: Browser = browser(),
): Promise<{ readonly browser: Browser; readonly tokens: Tokens }> {
  const code = answerOf(await at.logIn(request())).get('code') ?? '';
  const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, ...asApp };
  return { browser: at, tokens: tokensOf(await browser().token(form)) };
}

/** Sends a browser to `/logout`. */
export const logOut = (browser: Browser, params: Readonly<Record<string, string>> = {}): Promise<Reply> =>
  browser.send(`/logout?${new URLSearchParams(params)}`);

/** What the client hears that asks who is there, without anybody being asked. */
export async function whoIsThere(browser: Browser): Promise<string | undefined> {
  const answer = answerOf(await browser.authorize(request({ prompt: 'none' })));
  return answer.has('code') ? 'somebody' : answer.get('error')?.toString();
}

/** The page that says that it is done. */
export const loggedOut = { kind: 'page', status: 200, page: { name: 'logged-out' } } as const;
/** The page that asks. */
export const asks = {
  kind: 'page',
  status: 200,
  page: { name: 'logout', userName: 'Jane Doe', action: '/dex/logout' },
} as const;
export const refused = { kind: 'page', status: 400, page: { name: 'error' } } as const;

/** The hidden field of the page that asks. */
export function fieldOf(reply: Reply): string {
  if (reply.kind !== 'page' || reply.page.name !== 'logout')
    throw new Error(`no question but ${JSON.stringify(reply)}`);
  return reply.page.confirmed;
}

export const sayYes = (browser: Browser, confirmed: string): Promise<Reply> =>
  browser.send('/logout', { form: { confirmed } });
