/** Logins of the confidential client {@link app}, as far as its tokens are concerned. */
import type { Reply } from '../src/index.ts';
import { answerOf } from './browser.ts';
import { bodyOf, type Harness, redirectUri, request, textOf } from './harness.ts';

type From = Pick<Harness, 'browser'>;

export const asApp = { client_id: 'app', client_secret: 'app-secret' } as const;

export interface Tokens {
  readonly access: string;
  readonly id: string;
  readonly refresh: string;
}

export const tokensOf = (reply: Reply): Tokens => ({
  access: textOf(reply, 'access_token'),
  id: textOf(reply, 'id_token'),
  refresh: String(bodyOf(reply).refresh_token),
});

/** A login from the beginning to its first tokens. */
export async function logIn({ browser }: From, overrides: Readonly<Record<string, string>> = {}): Promise<Tokens> {
  const code = answerOf(await browser().logIn(request(overrides))).get('code') ?? '';
  const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUri };
  return tokensOf(await browser().token({ ...form, ...asApp }));
}

export const refresh = ({ browser }: From, token: string): Promise<Reply> =>
  browser().token({ grant_type: 'refresh_token', refresh_token: token, ...asApp });

/** The status of `/userinfo`: 200 for an access token that is believed. */
export const userinfo = async ({ browser }: From, token: string): Promise<number> =>
  (await browser().send('/userinfo', { headers: { authorization: `Bearer ${token}` } })).status;
