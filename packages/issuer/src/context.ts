import { setTimeout as sleepFor } from 'node:timers/promises';
import { errorStatus, isOstiaryError } from '@ostiary/primitives';
import { type RecordStore, recordStore } from '@ostiary/storage-sdk';
import { createVerifier, type Verifier } from '@ostiary/token-core';
import { CLIENT_CREDENTIALS, type GrantType, grantTypes } from './grant-type.ts';
import { type KeyedQueue, keyedQueue } from './grants/keyed-queue.ts';
import type { IssuerOptions } from './options.ts';
import { openRevocations, type Revocations } from './policy/revocations.ts';
import type { Authenticated } from './records/authentication.ts';
import { type AuthorizationCode, authorizationCode } from './records/authorization-code.ts';
import { type BrowserSession, browserSession } from './records/browser-session.ts';
import { type DeviceRequest, deviceRequest } from './records/device-request.ts';
import { type LoginAttempts, loginAttempts } from './records/login-attempts.ts';
import { pendingLogin } from './records/pending-login.ts';
import { type RefreshFamily, refreshFamily } from './records/refresh-family.ts';
import { revokedToken } from './records/revoked-token.ts';
import { type TokenIssuer, tokenIssuer } from './tokens/issue.ts';

/** What endpoints work with: the options, and what is built of them once. */
export interface IssuerContext extends IssuerOptions, TokenIssuer {
  /** Those that this issuer grants by. */
  readonly grantTypes: readonly GrantType[];
  readonly verifier: Verifier;
  readonly pendingLogins: RecordStore<Authenticated>;
  readonly codes: RecordStore<AuthorizationCode>;
  readonly families: RecordStore<RefreshFamily>;
  readonly revokedTokens: RecordStore<{ readonly reason: string }>;
  readonly revocations: Revocations;
  readonly browserSessions: RecordStore<BrowserSession>;
  readonly deviceRequests: RecordStore<DeviceRequest>;
  readonly loginAttempts: RecordStore<LoginAttempts>;
  /** Refreshes of one family, one after another. */
  readonly refreshQueue: KeyedQueue;
  /** Waits the given milliseconds. */
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Between a half and one, to spread the waits of rivals. */
  readonly jitter: () => number;
}

export function createContext(options: IssuerOptions): IssuerContext {
  const { storage, issuer, keys, now, random } = options;
  return {
    ...options,
    grantTypes: grantTypes.filter((type) => options.protocol.grantTypes?.includes(type) ?? type !== CLIENT_CREDENTIALS),
    ...tokenIssuer(options),
    verifier: createVerifier({ issuer, keys, now }),
    pendingLogins: recordStore(storage, pendingLogin),
    codes: recordStore(storage, authorizationCode),
    families: recordStore(storage, refreshFamily),
    revokedTokens: recordStore(storage, revokedToken),
    revocations: openRevocations(storage, now),
    browserSessions: recordStore(storage, browserSession),
    deviceRequests: recordStore(storage, deviceRequest),
    loginAttempts: recordStore(storage, loginAttempts),
    refreshQueue: keyedQueue(isOutage),
    sleep: async (milliseconds) => void (await sleepFor(milliseconds)),
    jitter: () => 0.5 + (random(1)[0] ?? 0) / 512,
  };
}

/** The provider, the storage or the keys cannot be had now. */
const isOutage = (error: unknown): boolean => isOstiaryError(error) && errorStatus(error.code) === 503;

/** Whole seconds since the epoch, as tokens and records count. */
export function epochSeconds(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}

/** The moment `seconds` from now. */
export function after(context: Pick<IssuerContext, 'now'>, seconds: number): Date {
  return new Date(context.now().getTime() + seconds * 1000);
}
