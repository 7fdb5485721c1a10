/** While the provider ends its session: a sealed cookie says where the browser goes on, as during a login. */
import { randomToken } from '@ostiary/token-core';
import { after, type IssuerContext } from '../context.ts';
import { expired } from '../login/transaction.ts';
import { compact } from '../records/stored-identity.ts';
import type { SetCookie } from '../reply.ts';
import type { IssuerRequest } from '../request.ts';
import { type AfterLogout, afterLogoutSchema } from './after-logout.ts';

/** How the cookies of logouts on their way begin. */
export const LOGOUT_COOKIE = 'logout-';
const PURPOSE = 'logout';
/** 22 signs: a SAML `RelayState` has room for 80 bytes. */
const STATE_BYTES = 16;
const stateForm = /^[\w-]{22}$/;

/** A browser that will come back. */
export interface WayBack {
  /** Goes to the provider and comes back. Not a secret: without the cookie it says nothing. */
  readonly state: string;
  readonly cookies: readonly SetCookie[];
}

/** Keeps what is to happen. A logout of before whose browser did not come back is given up: cookies have little room. */
export async function keepWayBack(
  what: AfterLogout,
  { cookies }: Pick<IssuerRequest, 'cookies'>,
  context: IssuerContext,
): Promise<WayBack> {
  const state = randomToken(context.random, STATE_BYTES);
  const { login: maxAgeSeconds } = context.lifetimes;
  const options = { purpose: `${PURPOSE} ${state}`, expiresAt: after(context, maxAgeSeconds) };
  const value = await context.sealer.seal(compact(what), options);
  const before = [...cookies.keys()].filter((name) => name.startsWith(LOGOUT_COOKIE));
  return { state, cookies: [...before.map(expired), { name: LOGOUT_COOKIE + state, value, maxAgeSeconds }] };
}

/** Whether it can be a state of ours. */
export const isState = (text: string | undefined): text is string => text !== undefined && stateForm.test(text);

/** True when the browser sent the cookie of that logout. */
export const hasWayBack = (state: string, { cookies }: Pick<IssuerRequest, 'cookies'>): boolean =>
  cookies.has(LOGOUT_COOKIE + state);

/** What was kept, and the end of its cookie. Nothing is known of a logout that took too long or began elsewhere. */
export async function takeWayBack(
  state: string,
  { cookies }: Pick<IssuerRequest, 'cookies'>,
  { sealer }: IssuerContext,
): Promise<{ readonly after: AfterLogout; readonly cookies: readonly SetCookie[] }> {
  const name = LOGOUT_COOKIE + state;
  const sealed = cookies.get(name);
  if (sealed === undefined) return { after: {}, cookies: [] };
  const opened = afterLogoutSchema.safeParse(await sealer.open(sealed, { purpose: `${PURPOSE} ${state}` }));
  return { after: opened.success ? opened.data : {}, cookies: [expired(name)] };
}
