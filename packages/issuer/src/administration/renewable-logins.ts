import { readAll } from '@ostiary/storage-sdk';
import { encodeSubject } from '@ostiary/token-core';
import type { IssuerContext } from '../context.ts';
import { revokeFamily } from '../grants/refresh-family.ts';
import { endSession } from '../logout/end-session.ts';
import { subjectOfSession } from '../records/browser-session.ts';
import type { RefreshFamily } from '../records/refresh-family.ts';
import { familyMark } from '../tokens/token-id.ts';

/** A login that can be renewed: one family of refresh tokens. */
export interface RenewableLogin {
  /** Names it, and helps nobody to its tokens. */
  readonly id: string;
  readonly clientId: string;
  readonly createdAt: Date;
  readonly lastUsedAt: Date;
}

/** Logins of one person, for administrators. All of these read every login that there is. */
export interface RenewableLogins {
  /**
   * @param subject `sub`. What is none of this issuer has no logins.
   * @throws {OstiaryError} `storage/unavailable`
   */
  list(subject: string): Promise<readonly RenewableLogin[]>;
  /**
   * Ends the logins at one client. Their access tokens are not believed any more.
   *
   * @returns how many there were.
   * @throws {OstiaryError} `storage/unavailable`, `storage/conflict`. Doing it again does what is left.
   */
  end(subject: string, clientId: string): Promise<number>;
  /**
   * Ends the logins at all clients, and the sessions of browsers, whose clients hear of it.
   *
   * @throws {OstiaryError} as {@link RenewableLogins.end}
   */
  endAll(subject: string): Promise<void>;
}

interface Found {
  readonly id: string;
  readonly family: RefreshFamily;
}

const reason = 'ended by an administrator';

/** Opens the logins of an issuer. */
export function renewableLogins(context: IssuerContext): RenewableLogins {
  const { families, browserSessions } = context;
  const read = (subject: string) =>
    readAll(families, ([id = ''], family) => (subjectOf(family) === subject ? { id, family } : undefined));
  return {
    async list(subject) {
      const found = await read(subject);
      return found.map(({ id, family }) => ({
        id: familyMark(id),
        clientId: family.clientId,
        createdAt: new Date(family.createdAt * 1000),
        lastUsedAt: new Date(family.lastUsedAt * 1000),
      }));
    },
    async end(subject, clientId) {
      const ended = (await read(subject)).filter(({ family }) => family.clientId === clientId);
      for (const one of ended) await end(one, context);
      return ended.length;
    },
    async endAll(subject) {
      for (const one of await read(subject)) await end(one, context);
      const sessions = await readAll(browserSessions, ([id], session) =>
        subjectOfSession(session) === subject ? id : undefined,
      );
      for (const id of sessions) await endSession(id, context, context);
    },
  };
}

async function end({ id, family }: Found, context: IssuerContext): Promise<void> {
  // One that was removed meanwhile has the lifetimes of all.
  const client = (await context.clients.find(family.clientId)) ?? {};
  await revokeFamily(id, { client, reason }, context);
}

const subjectOf = ({ identity: { userId }, connectorId }: RefreshFamily): string =>
  encodeSubject({ userId, connectorId });
