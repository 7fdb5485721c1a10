/** Whose logins an operator has ended, and since when: see docs/adr/0023. */
import { type Clock, OstiaryError } from '@ostiary/primitives';
import { recordStore, type StorageDriver } from '@ostiary/storage-sdk';
import type { Client } from '../client.ts';
import { type RevocationMark, revocations } from '../records/revocations.ts';

/** A login, or a token of one: what of it is known. */
export interface RevocableLogin {
  /** `sub` */
  readonly subject: string;
  readonly connectorId: string;
  readonly client: Pick<Client, 'id' | 'loginsAfter'>;
  readonly email?: string | undefined;
  readonly groups: readonly string[];
  /** When it was made here, in seconds since the epoch. */
  readonly since: number;
}

/** Where grants and endpoints ask whether a login was ended. */
export interface Revocations {
  /**
   * The mark that ends this login, if there is one.
   *
   * @param of for whom, and when it was made.
   * @param describe says which login. Not asked where nothing was ended: a refresh need not pay for it.
   * @throws {OstiaryError} `storage/unavailable`: who cannot be asked about is not let in.
   */
  find(
    of: Pick<RevocableLogin, 'client' | 'since'>,
    describe: () => RevocableLogin,
  ): Promise<RevocationMark | undefined>;
}

/** The one record. */
const ID = 'all';
/** Milliseconds for which what was read counts. */
const FRESH_MS = 1000;
const MOST_MARKS = 1000;

/** Reads the marks in `storage`, at most once in {@link FRESH_MS}. */
export function openRevocations(storage: StorageDriver, now: Clock): Revocations {
  const store = recordStore(storage, revocations);
  let read = { at: -Infinity, marks: Promise.resolve<readonly RevocationMark[]>([]) };
  const current = (): Promise<readonly RevocationMark[]> => {
    const at = now().getTime();
    // Also when the clock was set back.
    if (Math.abs(at - read.at) < FRESH_MS) return read.marks;
    const marks = store.get(ID).then((record) => record?.value ?? []);
    read = { at, marks };
    // A failure is not kept: the next one asks again.
    marks.catch(() => {
      if (read.marks === marks) read = { ...read, at: -Infinity };
    });
    return marks;
  };
  return {
    async find({ client, since }, describe) {
      const { id: value, loginsAfter: at } = client;
      if (at !== undefined && since <= at) return { target: 'client', value, at };
      const marks = await current();
      if (marks.length === 0) return undefined;
      const login = describe();
      return marks.find((mark) => login.since <= mark.at && concerns(mark, login));
    },
  };
}

function concerns({ target, value }: RevocationMark, login: RevocableLogin): boolean {
  switch (target) {
    case 'subject':
      return login.subject === value;
    case 'email':
      return login.email !== undefined && sameAddress(login.email, value);
    case 'group':
      return login.groups.includes(value);
    case 'client':
      return login.client.id === value;
    case 'connector':
      return login.connectorId === value;
    case 'everybody':
      return true;
    default:
      return target satisfies never;
  }
}

/** Providers write addresses as people typed them once. Ending one login too many is the better mistake. */
const sameAddress = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

/** What to end, and for how long to remember it. */
export interface Revocation extends Pick<RevocationMark, 'target' | 'value'> {
  /**
   * Seconds from the moment when somebody has logged in to the end of the last token that can come of it: `login`,
   * `code` or `device`, `refreshToken.absolute` and `idToken` of the lifetimes together. Absent: for ever.
   */
  readonly longestLogin?: number | undefined;
}

/**
 * Ends all logins of somebody, from before now. Everybody who uses this storage knows it within seconds.
 *
 * @returns the mark.
 * @throws {OstiaryError} `config/invalid` for nobody, or one mark too many; `storage/unavailable`, `storage/conflict`.
 */
export async function revokeLogins(
  { target, value, longestLogin }: Revocation,
  { storage, now }: { readonly storage: StorageDriver; readonly now: Clock },
): Promise<RevocationMark> {
  if ((value === '') !== (target === 'everybody')) {
    throw new OstiaryError('config/invalid', `Logins of a ${target} cannot be ended without its name.`);
  }
  // A second ahead: so long may a replica not know of it, and make tokens.
  const at = Math.floor((now().getTime() + FRESH_MS) / 1000);
  const mark = { target, value, at, ...(longestLogin === undefined ? {} : { until: at + longestLogin }) };
  await recordStore(storage, revocations).update(ID, (marks = []) => ({ set: withMark(marks, mark) }));
  return mark;
}

/** The marks that there are, for an operator to look at. */
export async function listRevocations(storage: StorageDriver): Promise<readonly RevocationMark[]> {
  return (await recordStore(storage, revocations).get(ID))?.value ?? [];
}

function withMark(marks: readonly RevocationMark[], mark: RevocationMark): readonly RevocationMark[] {
  const others = marks.filter(({ target, value, until = Infinity }) => {
    const isReplaced = mark.target === 'everybody' || (target === mark.target && value === mark.value);
    return !isReplaced && until > mark.at;
  });
  if (others.length < MOST_MARKS) return [...others, mark];
  throw new OstiaryError(
    'config/invalid',
    `There are ${MOST_MARKS} marks already. Ending the logins of everybody replaces them all by one.`,
  );
}
