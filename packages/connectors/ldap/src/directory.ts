/** The directory: sessions of the service account, servers that stand in for each other. */
import type { ConnectorContext } from '@ostiary/connector-sdk';
import { secretSource } from '@ostiary/connector-sdk/config';
import { isOstiaryError, type OstiaryError, Secret } from '@ostiary/primitives';
import type { Entry } from 'ldapts';
import type { LdapConfig } from './config.ts';
import type { Account, Connecting, Connection } from './connection.ts';
import { connectToFirst, type ServiceConnecting, serviceConnections } from './failover.ts';
import { directoryFailure, type Fate, fateOf } from './failure.ts';
import { hasPassword } from './password.ts';
import { openPool } from './pool.ts';
import { continuations } from './referrals.ts';
import { type Search, search } from './search.ts';
import { referralServersOf, type Server } from './servers.ts';

/** A connection that is bound as the service account. */
export interface Session {
  /**
   * Entries below `base`, all pages. Rejects as `directoryFailure` says, when the base is not there too unless the search
   * allows for it, and for more than 100,000 entries.
   */
  search(base: string, options: Search): Promise<readonly Entry[]>;
  /**
   * Whether this is the password of that entry. Tried on a connection of its own. Without an entry it is nobody's, which
   * takes as long.
   */
  hasPassword(dn: string | undefined, password: Secret): Promise<boolean>;
}

/** Opens a session, and closes it whatever happens. Rejects as `directoryFailure` says. */
export type Directory = <T>(work: (session: Session) => Promise<T>) => Promise<T>;

/** A directory, and the way to let go of it. */
export interface OpenedDirectory {
  readonly directory: Directory;
  close(): Promise<void>;
}

/** Opens the directory; nothing is connected yet. */
export function openDirectory(config: LdapConfig, context: ConnectorContext): OpenedDirectory {
  const { readFile, log, id: connector } = context;
  if (config.insecureNoSSL) log.warn('ldap.passwords_in_clear', { connector });
  if (config.insecureSkipVerify) log.warn('connector.certificates_not_verified', { connector });
  const connecting = { config, readFile, account: accountOf(config, readFile), referrals: referralServersOf(config) };
  const pool = openPool(serviceConnections(connecting), config);
  const fates: Fates = new WeakMap();
  const directory: Directory = (work) =>
    pool.lend(
      (connection) => {
        const elsewhere = new Map<string, Server>();
        return work({
          search: (base, options) => searchTree(connection, { base, options, elsewhere, fates }, connecting),
          hasPassword: (dn, password) =>
            hasPassword(elsewhere.get(dn ?? '') ?? connection.server, { dn, password }, { config, readFile, log }),
        });
      },
      (error) => (isOstiaryError(error) ? fates.get(error) : undefined),
    );
  return { directory, close: pool.close };
}

/**
 * What failures say of the connection that was lent. A server that is referred to, or the connection on which a password
 * is tried, may fail as well; that says nothing of this one, and no password is tried twice for it.
 */
type Fates = WeakMap<OstiaryError, Fate>;

/** What connections of this directory are made with. */
interface DirectoryConnecting extends ServiceConnecting {
  readonly referrals: readonly Server[];
}

function accountOf({ bindPW: value, bindPWFile: file, bindDN: dn = '' }: LdapConfig, readFile: Connecting['readFile']) {
  const source = secretSource({ value, file, path: 'bindPWFile' }, readFile);
  return async (): Promise<Account> => ({ dn, password: (await source?.()) ?? new Secret('') });
}

interface Wanted {
  readonly base: string;
  readonly options: Search;
  /** Filled with the servers of entries that another server has. */
  readonly elsewhere: Map<string, Server>;
  readonly fates: Fates;
}

/** Searches, and goes on at the servers that the directory refers to, where the configuration names them. */
async function searchTree(
  connection: Connection,
  { base, options, elsewhere, fates }: Wanted,
  connecting: DirectoryConnecting,
): Promise<readonly Entry[]> {
  const here = await search(connection, base, options).catch((error: unknown) => {
    const failure = directoryFailure(error, connection.server.url);
    const fate = fateOf(error);
    if (fate !== undefined) fates.set(failure, fate);
    throw failure;
  });
  const entries = [...here.searchEntries];
  for (const { servers, base: there } of continuations(here.searchReferences, { named: connecting.referrals, base })) {
    const other = await connectToFirst(servers, connecting);
    try {
      const { searchEntries } = await search(other, there, options);
      for (const { dn } of searchEntries) elsewhere.set(dn, other.server);
      entries.push(...searchEntries);
    } catch (error) {
      throw directoryFailure(error, other.server.url);
    } finally {
      await other.close();
    }
  }
  return entries;
}
