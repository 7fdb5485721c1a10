/** The directory: sessions of the service account, servers that stand in for each other. */
import type { ConnectorContext } from '@ostiary/connector-sdk';
import { secretSource } from '@ostiary/connector-sdk/config';
import { isOstiaryError, Secret } from '@ostiary/primitives';
import type { Client, Entry, SearchOptions } from 'ldapts';
import type { LdapConfig } from './config.ts';
import { bindService, type Connecting, close, connect } from './connection.ts';
import { directoryFailure, isWrongPassword, refusalOf, resultCode } from './failure.ts';
import { type Connection, openPool } from './pool.ts';
import { type Server, serversOf } from './servers.ts';

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
  const connecting = { config, readFile };
  const pool = openPool(serviceConnections(connecting), config);
  const isGone = (error: unknown): boolean => isOstiaryError(error, 'upstream/unavailable');
  const directory: Directory = (work) =>
    pool.lend(async ({ client, server }) => {
      try {
        return await work({
          search: (base, options) => search(client, base, options),
          hasPassword: (dn, password) => hasPassword(server, { dn, password }, { ...connecting, log }),
        });
      } catch (error) {
        throw directoryFailure(error, server.url);
      }
    }, isGone);
  return { directory, close: pool.close };
}

/** Connects to the first server that answers, beginning with the one that answered last. */
function serviceConnections(connecting: Connecting): () => Promise<Connection> {
  const { config, readFile } = connecting;
  const servers = serversOf(config);
  const { bindPW: value, bindPWFile: file, bindDN: dn = '' } = config;
  const source = secretSource({ value, file, path: 'bindPWFile' }, readFile);
  let preferred = 0;
  return async () => {
    const password = (await source?.()) ?? new Secret('');
    let last: unknown;
    for (let turn = 0; turn < servers.length; turn += 1) {
      const index = (preferred + turn) % servers.length;
      const server = servers[index];
      if (server === undefined) break;
      try {
        const client = await connect(server, connecting, (opened) => bindService(opened, { dn, password }));
        preferred = index;
        return { client, server };
      } catch (error) {
        last = directoryFailure(error, server.url);
      }
    }
    throw last;
  };
}

async function search(client: Client, base: string, options: SearchOptions): Promise<readonly Entry[]> {
  const paging = options.sizeLimit === undefined ? { paged: { pageSize } } : {};
  try {
    const found = await client.search(base, { ...options, ...paging, explicitBufferAttributes: binary });
    return found.searchEntries;
  } catch (error) {
    if (resultCode(error) === NO_SUCH_OBJECT) return [];
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
