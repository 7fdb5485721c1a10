/** Guessing has a price: so many tries for an account, so many from an address, then a pause. */
import { isIPv6 } from 'node:net';
import type { Identity } from '@ostiary/connector-sdk';
import { hashToken } from '@ostiary/token-core';
import { after, epochSeconds, type IssuerContext } from '../context.ts';
import type { PasswordAttempts } from '../options.ts';
import type { LoginAttempts } from '../records/login-attempts.ts';
import { foldName } from './fold-name.ts';

/** Enough for people and for what they have saved wrongly; 40 guesses an hour get nobody anywhere. */
export const defaultPasswordAttempts: PasswordAttempts = { perAccount: 10, perAddress: 200, window: 900 };

export interface PasswordTry {
  readonly connectorId: string;
  readonly username: string;
  /** Absent: only the account counts. */
  readonly address: string | undefined;
}

/** Too many tries. Nothing was asked, and whether the password was right is not known. */
export interface Limited {
  readonly limited: 'account' | 'address';
  /** Seconds until the next try is heard. */
  readonly retryAfter: number;
}

/**
 * Checks a password if there is budget for it. A try is counted before the check and given back when the password was
 * right or could not be checked, so that parallel guesses do not slip through together. The account counts whether or
 * not it exists.
 *
 * @param check asks the connector.
 * @throws {OstiaryError} what `check` throws; `storage/unavailable`, `storage/conflict`.
 */
export async function checkWithinBudget(
  attempt: PasswordTry,
  check: () => Promise<Identity | 'rejected'>,
  context: IssuerContext,
): Promise<Identity | 'rejected' | Limited> {
  return spendFirst(countersOf(attempt, context.passwordAttempts ?? defaultPasswordAttempts), check, context);
}

/**
 * Checks a code that somebody may have guessed, if their address has budget for it: the same as for passwords.
 *
 * @param address absent: there is no budget.
 * @param check answers `rejected` for a wrong code.
 */
export async function guessWithinBudget<T extends object>(
  address: string | undefined,
  check: () => Promise<T | 'rejected'>,
  context: IssuerContext,
): Promise<T | 'rejected' | Limited> {
  const limits = context.passwordAttempts ?? defaultPasswordAttempts;
  return spendFirst(addressCounters(address, limits), check, context);
}

async function spendFirst<T extends object>(
  counters: readonly Counter[],
  check: () => Promise<T | 'rejected'>,
  context: IssuerContext,
): Promise<T | 'rejected' | Limited> {
  const limited = (await usedUp(counters, context)) ?? (await spendAll(counters, context));
  if (limited !== undefined) return limited;
  let outcome: T | 'rejected' | undefined;
  try {
    outcome = await check();
    return outcome;
  } finally {
    if (outcome !== 'rejected') {
      await Promise.all(counters.map((counter) => giveBack(counter, outcome === undefined ? 'one' : 'all', context)));
    }
  }
}

interface Counter {
  readonly of: Limited['limited'];
  readonly id: string;
  readonly limit: number;
  readonly window: number;
  /** Of the name as it was typed. */
  readonly spelling?: string;
}

/** The address first: once it is over its limit, it no longer uses up the budget of accounts. */
function countersOf({ connectorId, username, address }: PasswordTry, limits: PasswordAttempts): readonly Counter[] {
  const { perAccount: limit, window } = limits;
  const spelling = hashToken(JSON.stringify(['spelling', connectorId, username]));
  const account = { ...counter('account', `${connectorId}/${foldName(username)}`), limit, window, spelling };
  return [...addressCounters(address, limits), ...(limit > 0 ? [account] : [])];
}

function addressCounters(address: string | undefined, limits: PasswordAttempts): readonly Counter[] {
  const { perAddress: limit, window } = limits;
  return address === undefined || limit <= 0 ? [] : [{ ...counter('address', network(address)), limit, window }];
}

const counter = (of: Counter['of'], what: string): Pick<Counter, 'of' | 'id'> => ({
  of,
  id: hashToken(JSON.stringify([of, what])),
});

/** A home or a server has a /64 of IPv6 addresses to choose from, so they count as one. */
function network(address: string): string {
  if (!isIPv6(address)) return address;
  const [plain = ''] = address.split('%', 1); // without its zone
  const groups = expand(new URL(`http://[${plain}]`).hostname.slice(1, -1).split(':'));
  // An IPv4 address on a socket for both (RFC 4291 section 2.5.5.2) counts as what it is.
  const isMapped = groups.slice(0, 6).join(':') === '0:0:0:0:0:ffff';
  return isMapped ? groups.slice(6).flatMap(bytesOf).join('.') : groups.slice(0, 4).join(':');
}

/** All eight groups of an address in the form of RFC 5952, in which nothing but a run of zeros is left out. */
function expand(groups: readonly string[]): readonly string[] {
  const given = groups.filter((group) => group !== '').length;
  const zeros = Array.from({ length: 8 - given }, () => '0');
  const gap = groups.indexOf('');
  if (gap < 0) return groups;
  return [...groups.slice(0, gap), ...zeros, ...groups.slice(gap).filter((group) => group !== '')];
}

function bytesOf(group: string): readonly number[] {
  const value = Number.parseInt(group, 16);
  return [value >> 8, value & 0xff];
}

/** Looks before anything is counted: a flood beyond a limit costs no writes, and its requests compete for no record. */
async function usedUp(counters: readonly Counter[], context: IssuerContext): Promise<Limited | undefined> {
  for (const counter of counters) {
    const record = await context.loginAttempts.get(counter.id);
    if (record !== undefined && record.value.count >= counter.limit) return limitedBy(counter, record, context);
  }
  return undefined;
}

/** Counts a try everywhere or nowhere. Others may have come since {@link usedUp} looked, so this decides. */
async function spendAll(counters: readonly Counter[], context: IssuerContext): Promise<Limited | undefined> {
  for (const [index, counter] of counters.entries()) {
    const limited = await spend(counter, context);
    if (limited === undefined) continue;
    // Nothing is asked, so what was spent before is given back: an office must not pay for one account.
    await Promise.all(counters.slice(0, index).map((spent) => giveBack(spent, 'one', context)));
    return limited;
  }
  return undefined;
}

/** Counts a try. Of those that come at once, more than one beyond the limit are not counted. */
async function spend(counter: Counter, context: IssuerContext): Promise<Limited | undefined> {
  const { id, limit, window } = counter;
  const end = after(context, window);
  const record = await context.loginAttempts.update(id, (current, expiresAt) =>
    (current?.count ?? 0) > limit ? 'keep' : { set: oneMore(current, counter), expiresAt: expiresAt ?? end },
  );
  return (record?.value.count ?? 0) <= limit ? undefined : limitedBy(counter, record, context);
}

function limitedBy(
  { of, window }: Counter,
  record: { readonly expiresAt?: Date } | undefined,
  context: IssuerContext,
): Limited {
  const until = epochSeconds(record?.expiresAt ?? after(context, window));
  return { limited: of, retryAfter: Math.max(1, until - epochSeconds(context.now())) };
}

/** The spelling stays in the record for as long as all tries had the same. */
function oneMore(current: LoginAttempts | undefined, { spelling }: Counter): LoginAttempts {
  if (current === undefined) return { count: 1, ...(spelling === undefined ? {} : { spelling }) };
  const count = current.count + 1;
  return spelling === undefined || current.spelling !== spelling ? { count } : { count, spelling };
}

/**
 * An account whose owner has come begins anew; an address has other people behind it, and gets its one try back. So does
 * a name that was tried in several spellings: they may be of several people, and whoever has one of the accounts must
 * not clear what was guessed at another.
 */
async function giveBack({ id, spelling }: Counter, what: 'one' | 'all', context: IssuerContext): Promise<void> {
  await context.loginAttempts.update(id, (current: LoginAttempts | undefined, expiresAt) => {
    if (current === undefined) return 'keep';
    const isOwner = what === 'all' && spelling !== undefined && spelling === current.spelling;
    const left = isOwner ? 0 : current.count - 1;
    return left <= 0 ? 'remove' : { set: { ...current, count: left }, expiresAt };
  });
}
