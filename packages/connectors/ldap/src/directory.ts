/** The directory: sessions of the service account, servers that stand in for each other. */
import type { ConnectorContext } from '@ostiary/connector-sdk';
import { secretSource } from '@ostiary/connector-sdk/config';
import { OstiaryError, Secret } from '@ostiary/primitives';
import { Client, type Entry, type SearchOptions } from 'ldapts';
import type { LdapConfig } from './config.ts';
import { directoryFailure, isWrongPassword, resultCode } from './failure.ts';
import { type Server, serversOf, tlsOptions } from './servers.ts';

/** A connection that is bound as the service account. */
export interface Session {
  /** Entries below `base`. All pages; a base that is not there has none. */
  search(
    base: string,
    options: Pick<SearchOptions, 'filter' | 'scope' | 'attributes' | 'sizeLimit'>,
  ): Promise<readonly Entry[]>;
  /** Whether this is the password of that entry. The session is the service account's again afterwards. */
  hasPassword(dn: string, password: Secret): Promise<boolean>;
}

/** Opens a session, and closes it whatever happens. Rejects as `directoryFailure` says. */
export type Directory = <T>(work: (session: Session) => Promise<T>) => Promise<T>;

/** Milliseconds until a server counts as one that does not answer. */
const connectTimeoutMs = 5000;

/** Entries in a page. Active Directory answers no more than 1000 at once. */
const pageSize = 500;

/** Attributes that hold bytes rather than text. */
const binary = ['objectGUID', 'objectSid'];

/** Opens the directory; nothing is connected yet. */
export function openDirectory(config: LdapConfig, context: ConnectorContext): Directory {
  const servers = serversOf(config);
  const { bindPW: value, bindPWFile: file, bindDN = '' } = config;
  const source = secretSource({ value, file, path: 'bindPWFile' }, context.readFile);
  const password = async (): Promise<Secret> => (await source?.()) ?? new Secret('');
  if (config.insecureNoSSL) context.log.warn('ldap.passwords_in_clear', { connector: context.id });
  if (config.insecureSkipVerify) context.log.warn('connector.certificates_not_verified', { connector: context.id });
  let preferred = 0;
  return async (work) => {
    let last: unknown;
    for (let turn = 0; turn < servers.length; turn += 1) {
      const index = (preferred + turn) % servers.length;
      const server = servers[index];
      if (server === undefined) break;
      const account = { dn: bindDN, password: await password() };
      const opened = await connect(server, { config, context, account }).catch((error: unknown) => {
        last = directoryFailure(error, server.url);
      });
      if (opened === undefined) continue;
      preferred = index;
      return useSession(opened, { account, server }, work);
    }
    throw last;
  };
}

interface Account {
  readonly dn: string;
  readonly password: Secret;
}

interface Connecting {
  readonly config: LdapConfig;
  readonly context: ConnectorContext;
  readonly account: Account;
}

async function connect(server: Server, { config, context, account }: Connecting): Promise<Client> {
  const tls = await tlsOptions(config, server, context.readFile);
  const client = new Client({
    url: server.url,
    timeout: config.timeout,
    connectTimeout: connectTimeoutMs,
    strictDN: false,
    ...(server.url.startsWith('ldaps:') ? { tlsOptions: tls } : {}),
  });
  try {
    if (config.startTLS && !config.insecureNoSSL) await client.startTLS(tls);
    await bindService(client, account);
    return client;
  } catch (error) {
    await close(client);
    throw error;
  }
}

async function bindService(client: Client, { dn, password }: Account): Promise<void> {
  try {
    await client.bind(dn, password.reveal());
  } catch (error) {
    if (!isWrongPassword(error)) throw error;
    // The person's password is not the one that is wrong here.
    const message = 'The directory refused the account of this service. Tell your administrator.';
    throw new OstiaryError('upstream/protocol', message, {
      detail: { bindDN: dn, resultCode: resultCode(error) ?? 0 },
    });
  }
}

interface Opened {
  readonly account: Account;
  readonly server: Server;
}

async function useSession<T>(
  client: Client,
  { account, server }: Opened,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  try {
    return await work(sessionOf(client, account));
  } catch (error) {
    throw directoryFailure(error, server.url);
  } finally {
    await close(client);
  }
}

function sessionOf(client: Client, account: Account): Session {
  return {
    async search(base, options) {
      const paging = options.sizeLimit === undefined ? { paged: { pageSize } } : {};
      try {
        const found = await client.search(base, { ...options, ...paging, explicitBufferAttributes: binary });
        return found.searchEntries;
      } catch (error) {
        if (resultCode(error) === NO_SUCH_OBJECT) return [];
        throw error;
      }
    },
    async hasPassword(dn, password) {
      try {
        await client.bind(dn, password.reveal());
      } catch (error) {
        if (isWrongPassword(error)) return false;
        throw error;
      }
      await bindService(client, account);
      return true;
    },
  };
}

const NO_SUCH_OBJECT = 32;

/** A client that is not unbound keeps the process alive. That the server hung up first is no failure. */
async function close(client: Client): Promise<void> {
  await client.unbind().catch(() => undefined);
}
