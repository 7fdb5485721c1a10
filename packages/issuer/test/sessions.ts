/** Sessions of browsers, played: three clients, and who is asked for a login. */
import { recordStore, type StorageDriver } from '@ostiary/storage-sdk';
import type { Client, Reply, SetCookie } from '../src/index.ts';
import { type BrowserSession, browserSession } from '../src/records/browser-session.ts';
import { answerOf, type Browser, locationOf } from './browser.ts';
import { app, type Harness, type HarnessOptions, request, startIssuer, textOf } from './harness.ts';
import { asApp, type Tokens, tokensOf } from './tokens.ts';

/** Without `offline_access`. */
export const scope: string = 'openid groups';

/** Another confidential client, whose redirect URI is its own. */
export const clientNamed = (id: string, more: Partial<Client> = {}): Client => ({
  ...app,
  id,
  redirectUris: [`https://${id}.example.com/callback`],
  ...more,
});

/** An authorization request of such a client. */
export const requestOf = (
  id: string,
  overrides: Readonly<Record<string, string | undefined>> = {},
): Record<string, string> =>
  request({ client_id: id, redirect_uri: `https://${id}.example.com/callback`, scope, ...overrides });

/** An issuer with sessions, and whoever logs in at `app`. */
export async function startWithSession(
  options: HarnessOptions = {},
  first: Readonly<Record<string, string | undefined>> = {},
): Promise<Harness & { readonly person: Browser; readonly login: Reply }> {
  const harness = await startIssuer({ sessions: {}, ...options });
  const person = harness.browser();
  const login = await person.logIn(request({ scope, ...first }));
  return { ...harness, person, login };
}

/** What becomes of a request: a code for the client, a visit at the provider, a page of ours, or an error. */
export function outcomeOf(reply: Reply): string {
  if (reply.kind === 'page') return reply.page.name;
  const location = locationOf(reply);
  if (location.startsWith('/')) return location.split('?', 1)[0] ?? '';
  if (location.startsWith('https://idp.example.com/')) return 'provider';
  return answerOf(reply).get('error') ?? (answerOf(reply).has('code') ? 'code' : 'nothing');
}

/** A device of `cli` shows a code, and somebody who is logged in types it: the code, and what becomes of it. */
export async function typeCodeOfDevice(
  person: Browser,
  { browser }: Pick<Harness, 'browser'>,
): Promise<{ readonly userCode: string; readonly reply: Reply }> {
  const device = await browser().send('/device/code', { form: { client_id: 'cli', scope } });
  const userCode = textOf(device, 'user_code');
  const typed = await person.send('/device/auth/verify_code', { form: { user_code: userCode } });
  const chosen = await person.send(locationOf(typed));
  return { userCode, reply: await person.send(locationOf(chosen)) };
}

export const sessionCookie = (reply: Reply): SetCookie | undefined =>
  reply.cookies?.find(({ name }) => name === 'session');

/** The sessions in the storage, by their `sid`. */
export async function storedSessions({
  storage,
}: Pick<Harness, 'storage'>): Promise<ReadonlyMap<string, BrowserSession>> {
  const store = recordStore(storage, browserSession);
  const { ids } = await store.list({ limit: 100 });
  const found = await Promise.all(ids.map(async ([id = '']) => [id, (await store.get(id))?.value] as const));
  return new Map(found.filter((entry): entry is [string, BrowserSession] => entry[1] !== undefined));
}

/**
 * A storage where something happens right after a session was read, once it is armed: what another replica does in
 * between.
 */
export function betweenReadAndUse(): {
  readonly storage: (driver: StorageDriver) => StorageDriver;
  meanwhile?: (() => Promise<void>) | undefined;
} {
  const hook: ReturnType<typeof betweenReadAndUse> = {
    storage: (driver) => ({
      ...driver,
      async get(key) {
        const stored = await driver.get(key);
        const { meanwhile } = hook;
        if (key[0] !== 'browser-session' || meanwhile === undefined) return stored;
        hook.meanwhile = undefined;
        await meanwhile();
        return stored;
      },
    }),
  };
  return hook;
}

/** Redeems the code of an answer for `app`, or for another client with its secret. */
export async function redeem(
  { browser }: Pick<Harness, 'browser'>,
  answer: Reply,
  by: Readonly<Record<string, string>> = {},
): Promise<Tokens> {
  const code = answerOf(answer).get('code') ?? '';
  const redirect = locationOf(answer).split(/[?&]code=/, 1)[0] ?? '';
  return tokensOf(
    await browser().token({ grant_type: 'authorization_code', code, redirect_uri: redirect, ...asApp, ...by }),
  );
}
