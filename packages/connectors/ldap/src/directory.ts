/** The directory: sessions of the service account, servers that stand in for each other. */
import type { ConnectorContext } from '@ostiary/connector-sdk';
import { secretSource } from '@ostiary/connector-sdk/config';
import { isOstiaryError, Secret } from '@ostiary/primitives';
import type { Client, Entry, SearchOptions, SearchResult } from 'ldapts';
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
  const isGone = (error: unknown): boolean => isOstiaryError(error, 'upstream/unavailable');
  const directory: Directory = (work) =>
    pool.lend(async (connection) => {
      const { server } = connection;
      const elsewhere = new Map<string, Server>();
      try {
        return await work({
          search: (base, options) => searchTree(connection, { base, options, elsewhere }, connecting),
          hasPassword: (dn, password) =>
            hasPassword(elsewhere.get(dn) ?? server, { dn, password }, { ...connecting, log }),
        });
      } catch (error) {
        throw directoryFailure(error, server.url);
      }
    }, isGone);
  return { directory, close: pool.close };
}

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
    const account = await connecting.account();
    let last: unknown;
    for (let turn = 0; turn < servers.length; turn += 1) {
      const index = (preferred + turn) % servers.length;
      const server = servers[index];
      if (server === undefined) break;
      try {
        const client = await connect(server, connecting, (opened) => bindService(opened, account));
        preferred = index;
        return { client, server };
      } catch (error) {
        last = directoryFailure(error, server.url);
      }
    }
    throw last;
  };
}

interface Wanted {
  readonly base: string;
  readonly options: SearchOptions;
  /** Filled with the servers of entries that another server has. */
  readonly elsewhere: Map<string, Server>;
}

/** Searches, and goes on at the servers that the directory refers to, where the configuration names them. */
async function searchTree(
  { client }: Connection,
  { base, options, elsewhere }: Wanted,
  connecting: DirectoryConnecting,
): Promise<readonly Entry[]> {
  const here = await search(client, base, options);
  const entries = [...here.searchEntries];
  for (const { server, base: there } of continuations(here.searchReferences, { servers: connecting.referrals, base })) {
    const account = await connecting.account();
    const other = await connect(server, connecting, (opened) => bindService(opened, account));
    try {
      const { searchEntries } = await search(other, there, options);
      for (const { dn } of searchEntries) elsewhere.set(dn, server);
      entries.push(...searchEntries);
    } finally {
      await close(other);
    }
  }
  return entries;
}

async function search(client: Client, base: string, options: SearchOptions): Promise<SearchResult> {
  const paging = options.sizeLimit === undefined ? { paged: { pageSize } } : {};
  try {
    return await client.search(base, { ...options, ...paging, explicitBufferAttributes: binary });
  } catch (error) {
    if (resultCode(error) === NO_SUCH_OBJECT) return { searchEntries: [], searchReferences: [] };
    throw error;
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
    if (!isWrongPassword(error)) throw error;
    const reason = refusalOf(error);
    if (reason !== undefined) log.info('ldap.account_refused', { dn, reason });
    return false;
  }
}

const NO_SUCH_OBJECT = 32;
