/** The directory: sessions of the service account, servers that stand in for each other. */
import type { ConnectorContext } from '@ostiary/connector-sdk';
import { secretSource } from '@ostiary/connector-sdk/config';
import { isOstiaryError, type OstiaryError, Secret } from '@ostiary/primitives';
import type { Entry, SearchOptions, SearchResult } from 'ldapts';
import type { LdapConfig } from './config.ts';
import { type Account, bindService, type Connecting, close, connect } from './connection.ts';
import { directoryFailure, isWrongPassword, refusalOf, resultCode } from './failure.ts';
import { type Connection, openPool } from './pool.ts';
import { continuations } from './referrals.ts';
import { referralServersOf, type Server, serversOf } from './servers.ts';

/** A connection that is bound as the service account. */
export interface Session {
  /** Entries below `base`. All pages; a base that is not there has none. */
  search(
    base: string,
    options: Pick<SearchOptions, 'filter' | 'scope' | 'attributes' | 'sizeLimit'>,
  ): Promise<readonly Entry[]>;
  /** Whether this is the password of that entry. Tried on a connection of its own. */
  hasPassword(dn: string, password: Secret): Promise<boolean>;
}

/** Opens a session, and closes it whatever happens. Rejects as `directoryFailure` says. */
export type Directory = <T>(work: (session: Session) => Promise<T>) => Promise<T>;

/** A directory, and the way to let go of it. */
export interface OpenedDirectory {
  readonly directory: Directory;
  close(): Promise<void>;
}

/** Entries in a page. Active Directory answers no more than 1000 at once. */
const pageSize = 500;

/** Attributes that hold bytes rather than text. */
const binary = ['objectGUID', 'objectSid', 'tokenGroups'];

/** Opens the directory; nothing is connected yet. */
export function openDirectory(config: LdapConfig, context: ConnectorContext): OpenedDirectory {
  const { readFile, log, id: connector } = context;
  if (config.insecureNoSSL) log.warn('ldap.passwords_in_clear', { connector });
  if (config.insecureSkipVerify) log.warn('connector.certificates_not_verified', { connector });
  const connecting = { config, readFile, account: accountOf(config, readFile), referrals: referralServersOf(config) };
  const pool = openPool(serviceConnections(connecting), config);
  const lost: LostConnections = new WeakSet();
  const directory: Directory = (work) =>
    pool.lend(
      (connection) => {
        const elsewhere = new Map<string, Server>();
        return work({
          search: (base, options) => searchTree(connection, { base, options, elsewhere, lost }, connecting),
          hasPassword: (dn, password) =>
            hasPassword(elsewhere.get(dn) ?? connection.server, { dn, password }, { ...connecting, log }),
        });
      },
      (error) => isOstiaryError(error) && lost.has(error),
    );
  return { directory, close: pool.close };
}

/**
 * Failures of the connection that was lent. A server that is referred to, or the connection on which a password is
 * tried, may fail as well; that says nothing of this one, and no password is tried twice for it.
 */
type LostConnections = WeakSet<OstiaryError>;

/** What connections of this directory are made with. */
interface DirectoryConnecting extends Connecting {
  /** The account of this service, with its password as it is now. */
  readonly account: () => Promise<Account>;
  readonly referrals: readonly Server[];
}

function accountOf({ bindPW: value, bindPWFile: file, bindDN: dn = '' }: LdapConfig, readFile: Connecting['readFile']) {
  const source = secretSource({ value, file, path: 'bindPWFile' }, readFile);
  return async (): Promise<Account> => ({ dn, password: (await source?.()) ?? new Secret('') });
}

/** Connects to the first server that answers, beginning with the one that answered last. */
function serviceConnections(connecting: DirectoryConnecting): () => Promise<Connection> {
  const servers = serversOf(connecting.config);
  let preferred = 0;
  return async () => {
    const connection = await connectToFirst([...servers.slice(preferred), ...servers.slice(0, preferred)], connecting);
    preferred = servers.indexOf(connection.server);
    return connection;
  };
}

async function connectToFirst(servers: readonly Server[], connecting: DirectoryConnecting): Promise<Connection> {
  const account = await connecting.account();
  let last: unknown;
  for (const server of servers) {
    try {
      const client = await connect(server, connecting, (opened) => bindService(opened, account));
      return { client, server };
    } catch (error) {
      last = directoryFailure(error, server.url);
    }
  }
  throw last;
}

interface Wanted {
  readonly base: string;
  readonly options: SearchOptions;
  /** Filled with the servers of entries that another server has. */
  readonly elsewhere: Map<string, Server>;
  readonly lost: LostConnections;
}

/** Searches, and goes on at the servers that the directory refers to, where the configuration names them. */
async function searchTree(
  connection: Connection,
  { base, options, elsewhere, lost }: Wanted,
  connecting: DirectoryConnecting,
): Promise<readonly Entry[]> {
  const here = await search(connection, base, options).catch((error: unknown) => {
    if (isOstiaryError(error, 'upstream/unavailable')) lost.add(error);
    throw error;
  });
  const entries = [...here.searchEntries];
  for (const { servers, base: there } of continuations(here.searchReferences, { named: connecting.referrals, base })) {
    const other = await connectToFirst(servers, connecting);
    try {
      const { searchEntries } = await search(other, there, options);
      for (const { dn } of searchEntries) elsewhere.set(dn, other.server);
      entries.push(...searchEntries);
    } finally {
      await close(other.client);
    }
  }
  return entries;
}

async function search({ client, server }: Connection, base: string, options: SearchOptions): Promise<SearchResult> {
  const paging = options.sizeLimit === undefined ? { paged: { pageSize } } : {};
  try {
    return await client.search(base, { ...options, ...paging, explicitBufferAttributes: binary });
  } catch (error) {
    if (resultCode(error) === NO_SUCH_OBJECT) return { searchEntries: [], searchReferences: [] };
    throw directoryFailure(error, server.url);
  }
}

interface Checking extends Connecting {
  readonly log: ConnectorContext['log'];
}

async function hasPassword(
  server: Server,
  { dn, password }: { readonly dn: string; readonly password: Secret },
  { log, ...connecting }: Checking,
): Promise<boolean> {
  try {
    await close(await connect(server, connecting, (client) => client.bind(dn, password.reveal())));
    return true;
  } catch (error) {
    if (!isWrongPassword(error)) throw directoryFailure(error, server.url);
    const reason = refusalOf(error);
    if (reason !== undefined) log.info('ldap.account_refused', { dn, reason });
    return false;
  }
}

const NO_SUCH_OBJECT = 32;
