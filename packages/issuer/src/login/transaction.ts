import { isJsonObject, type Json, OstiaryError } from '@ostiary/primitives';
import { randomToken } from '@ostiary/token-core';
import { z } from 'zod';
import { after, epochSeconds, type IssuerContext } from '../context.ts';
import { compact } from '../records/stored-identity.ts';
import type { SetCookie } from '../reply.ts';
import type { IssuerRequest } from '../request.ts';
import { type AuthorizationRequest, authorizationRequestSchema } from '../requests/authorization-request.ts';
import { shrink, unshrink } from './shrink.ts';

/**
 * A login on its way, before anybody has proved anything. It lives in a sealed cookie of the browser that began it,
 * one cookie per login so that tabs do not disturb each other; the storage sees nothing of it. A step whose cookie is
 * missing was begun elsewhere and is refused.
 */
export interface LoginTransaction {
  /** `state` towards the upstream provider, `req` in our own URLs, and the name of the cookie. Not a secret. */
  readonly id: string;
  readonly request: AuthorizationRequest;
  readonly connectorId: string;
  /** What the connector asked to keep until the browser comes back. */
  readonly keep: Json;
  /** Set once the person has logged in and the result is stored: the id of that record. A secret. */
  readonly pendingLogin?: string | undefined;
}

const schema = z.object({
  id: z.string(),
  request: authorizationRequestSchema,
  connectorId: z.string(),
  keep: z.json(),
  pendingLogin: z.string().optional(),
});

/** How the cookies of logins on their way begin. */
export const LOGIN_COOKIE = 'login-';
const PURPOSE = 'login';
/** Browsers drop cookies over 4096 bytes, name and attributes included. */
const LARGEST_COOKIE = 3800;
/** Signs of a transaction. With more, `state` would come back to the client in an address that many servers refuse. */
const LONGEST_TRANSACTION = 8000;
/** What the id of a pending login adds. A request that leaves no room for it must not fail after the password. */
const ROOM_FOR_PENDING_LOGIN = 130;
/** Servers cap all headers together at 8 to 16 KB: with more cookie bytes than this, the oldest logins end. */
const LARGEST_SUM = 7000;

/** An id that begins with the time, so that the oldest cookie can be told by its name. */
export function newTransactionId({ now, random }: IssuerContext): string {
  return `${epochSeconds(now()).toString(36)}.${randomToken(random, 16)}`;
}

/** When a login began, in seconds since the epoch. */
export function begunAt({ id }: Pick<LoginTransaction, 'id'>): number {
  return Number.parseInt(id, 36); // up to the dot of newTransactionId
}

/**
 * Seals a transaction into its cookie, and removes cookies of older logins when there are too many.
 *
 * @throws {OstiaryError} `oauth/invalid_request` when the request is too large to travel in a cookie.
 */
export async function saveTransaction(
  transaction: LoginTransaction,
  request: IssuerRequest,
  context: IssuerContext,
): Promise<readonly SetCookie[]> {
  const { login } = context.lifetimes;
  const options = { purpose: PURPOSE, expiresAt: after(context, login) };
  const room = transaction.pendingLogin === undefined ? ROOM_FOR_PENDING_LOGIN : 0;
  const most = LARGEST_COOKIE - room;
  const plain = compact(transaction);
  let value = await context.sealer.seal(plain, options);
  const shrunk = value.length > most ? shrink(plain, LONGEST_TRANSACTION - room) : undefined;
  if (shrunk !== undefined) value = await context.sealer.seal(shrunk, options);
  if (value.length > most) {
    throw new OstiaryError('oauth/invalid_request', 'The authorization request is too large: shorten state or scope.', {
      detail: { bytes: value.length },
    });
  }
  const name = LOGIN_COOKIE + transaction.id;
  return [{ name, value, maxAgeSeconds: login }, ...surplusCookies(request, name, LARGEST_SUM - value.length)];
}

/** Older logins of this browser that no longer fit into `room` bytes, oldest first to go. */
function surplusCookies(request: IssuerRequest, except: string, room: number): readonly SetCookie[] {
  const newestFirst = [...request.cookies]
    .filter(([name]) => name.startsWith(LOGIN_COOKIE) && name !== except)
    .sort(([a], [b]) => (a < b ? 1 : -1));
  let left = room;
  const surplus: SetCookie[] = [];
  for (const [name, value] of newestFirst) {
    left -= value.length;
    if (left < 0) surplus.push(expired(name));
  }
  return surplus;
}

/**
 * The transaction that this browser began under `id`.
 *
 * @throws {OstiaryError} `login/expired` when the browser has no such cookie, or it is too old or not ours.
 */
export async function loadTransaction(
  id: string | undefined,
  request: IssuerRequest,
  context: IssuerContext,
): Promise<LoginTransaction> {
  const sealed = id === undefined ? undefined : request.cookies.get(LOGIN_COOKIE + id);
  const opened = sealed === undefined ? undefined : unshrink(await context.sealer.open(sealed, { purpose: PURPOSE }));
  const parsed = isJsonObject(opened) ? schema.safeParse(opened) : undefined;
  if (!parsed?.success || parsed.data.id !== id) {
    throw new OstiaryError('login/expired', 'This login was finished, took too long, or began in another browser.', {
      detail: { cookie: sealed === undefined ? 'missing' : 'unreadable' },
    });
  }
  return parsed.data;
}

/** True when the browser sent a cookie for this login. */
export function hasTransaction(id: string, request: IssuerRequest): boolean {
  return request.cookies.has(LOGIN_COOKIE + id);
}

/** Removes the cookie of a login that has ended. */
export function endTransaction(transaction: LoginTransaction): SetCookie {
  return expired(LOGIN_COOKIE + transaction.id);
}

/** Removes a cookie. */
export function expired(name: string): SetCookie {
  return { name, value: '', maxAgeSeconds: 0 };
}
