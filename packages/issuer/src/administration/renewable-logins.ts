import { readAll } from '@ostiary/storage-sdk';
import { encodeSubject } from '@ostiary/token-core';
import type { IssuerContext } from '../context.ts';
import { type FamilyEnding, revokeFamily } from '../grants/refresh-family.ts';
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

/** Logins of one person, for administrators. Both read every login that there is. */
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
}

/** What is needed to find and end them. */
export type RenewableLoginsContext = FamilyEnding & Pick<IssuerContext, 'clients'>;

const reason = 'ended by an administrator';

/** Opens the logins of an issuer. */
export function renewableLogins(context: RenewableLoginsContext): RenewableLogins {
  const { families, clients } = context;
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
      // One that was removed meanwhile has the lifetimes of all.
      const client = (await clients.find(clientId)) ?? {};
      for (const { id } of ended) await revokeFamily(id, { client, reason }, context);
      return ended.length;
    },
  };
}

const subjectOf = ({ identity: { userId }, connectorId }: RefreshFamily): string =>
  encodeSubject({ userId, connectorId });
