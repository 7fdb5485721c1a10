import type { RecordKind } from '@ostiary/storage-sdk';
import { encodeSubject } from '@ostiary/token-core';
import { z } from 'zod';
import { compact, type StoredIdentity, storedIdentitySchema } from './stored-identity.ts';

/** A client that was answered in a session, or will be when the person agrees. */
export interface ClientOfSession {
  readonly id: string;
  /** When it came to the session, in seconds since the epoch. Absent in records of before this was kept. */
  readonly since?: number | undefined;
  /** People logged in for this client. False: it took over a login of another one, and hands it on to nobody. */
  readonly direct: boolean;
  /** Scopes that the person has agreed to, of a client that can show who it is. */
  readonly approved?: readonly string[] | undefined;
  /** The person has yet to agree that it hears of them. Until then it hears nothing, not even of a logout. */
  readonly pending?: true | undefined;
}

/**
 * Somebody is logged in with a browser. The record's id is public: tokens have it as `sid`. Who comes with a cookie
 * must know the secret as well. Removing the record ends the session.
 *
 * Version 1: first form.
 */
export interface BrowserSession {
  /** Hash of the secret in the cookie. */
  readonly secret: string;
  readonly connectorId: string;
  readonly identity: StoredIdentity;
  /** What the connector was asked for: without them, the identity has no groups, or nothing that it can be renewed with. */
  readonly askedFor: { readonly groups: boolean; readonly offlineAccess: boolean };
  /** Seconds since the epoch, here and below: `auth_time`. */
  readonly authTime: number;
  /** When the login was finished here. */
  readonly loggedInAt: number;
  readonly lastUsedAt: number;
  readonly clients: readonly ClientOfSession[];
}

/** `sub` in the tokens of a session. */
export const subjectOfSession = ({ connectorId, identity }: Pick<BrowserSession, 'connectorId' | 'identity'>): string =>
  encodeSubject({ userId: identity.userId, connectorId });

export const browserSession: RecordKind<BrowserSession> = {
  kind: 'browser-session',
  version: 1,
  schema: z.object({
    secret: z.string(),
    connectorId: z.string(),
    identity: storedIdentitySchema,
    askedFor: z.object({ groups: z.boolean(), offlineAccess: z.boolean() }),
    authTime: z.number().int(),
    loggedInAt: z.number().int(),
    lastUsedAt: z.number().int(),
    clients: z.array(
      z.object({
        id: z.string(),
        since: z.number().int().optional(),
        direct: z.boolean(),
        approved: z.array(z.string()).optional(),
        pending: z.literal(true).optional(),
      }),
    ),
  }),
  encode: compact,
};
