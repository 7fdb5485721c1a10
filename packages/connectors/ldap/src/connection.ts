/** One connection to a server of the directory. */
import type { ConnectorContext } from '@ostiary/connector-sdk';
import { OstiaryError, type Secret } from '@ostiary/primitives';
import { Client } from 'ldapts';
import pTimeout from 'p-timeout';
import type { LdapConfig } from './config.ts';
import { isRefused, resultCode } from './failure.ts';
import { type Server, tlsOptions } from './servers.ts';
import { type Sockets, socketsOf } from './sockets.ts';

/** What a connection is made with. */
export interface Connecting {
  readonly config: LdapConfig;
  readonly readFile: ConnectorContext['readFile'];
}

/** Who a connection speaks as. */
export interface Account {
  readonly dn: string;
  readonly password: Secret;
}

/** A connection that somebody is bound on. */
export interface Connection {
  readonly client: Client;
  readonly server: Server;
  /** Seconds that the server may take for a search: as long as somebody waits for it. */
  readonly timeLimit: number;
  /** Whether it is still the one that was bound, as far as is known. */
  isUsable(): boolean;
  /** Never rejects: that the server hung up first is no failure. A client that is not closed keeps the process alive. */
  close(): Promise<void>;
}

/** Milliseconds until a server counts as one that does not answer. */
const connectTimeout = ({ timeout }: LdapConfig): number => Math.min(5000, timeout);

/** Milliseconds that {@link connect} takes at most: the way to the server with TLS, then the bind. */
export const longestConnect = (config: LdapConfig): number => connectTimeout(config) + config.timeout;

/** Opens a connection and gives it to `begin`, which binds; closes it again when that fails or takes too long. */
export async function connect(
  server: Server,
  { config, readFile }: Connecting,
  begin: (client: Client) => Promise<void>,
): Promise<Connection> {
  const tls = await tlsOptions(config, server, readFile);
  const sockets = socketsOf(server, tls);
  const limit = connectTimeout(config);
  const client = new Client({
    ...{ url: server.url, timeout: config.timeout, connectTimeout: limit, strictDN: false },
    ...(server.url.startsWith('ldaps:') ? { tlsOptions: tls } : {}),
    ...sockets.options,
  });
  const timeLimit = Math.ceil(config.timeout / 1000);
  const connection = { ...connectionOf(client, server, sockets), timeLimit };
  const open = async (): Promise<void> => {
    // Ldapts limits the question for StartTLS, not the handshake after it.
    if (config.startTLS && !config.insecureNoSSL) await pTimeout(client.startTLS(tls), { milliseconds: limit });
    await begin(client);
  };
  try {
    await pTimeout(open(), { milliseconds: longestConnect(config) });
    return connection;
  } catch (error) {
    await connection.close();
    throw error;
  }
}

function connectionOf(client: Client, server: Server, sockets: Sockets): Omit<Connection, 'timeLimit'> {
  const isUsable = (): boolean => client.isBound && sockets.isOpen();
  return {
    client,
    server,
    isUsable,
    async close() {
      // On a connection that is not in order, the farewell would wait for an answer that cannot come.
      if (isUsable()) await client.unbind().catch(() => undefined);
      sockets.destroy();
    },
  };
}

/**
 * Binds as the account of this service.
 *
 * @throws {OstiaryError} `upstream/protocol` when the server refuses it: the person's password is not the one that is
 *   wrong then.
 */
export async function bindService(client: Client, { dn, password }: Account): Promise<void> {
  try {
    await client.bind(dn, password.reveal());
  } catch (error) {
    if (!isRefused(error)) throw error;
    const message = 'The directory refused the account of this service. Tell your administrator.';
    throw new OstiaryError('upstream/protocol', message, {
      detail: { bindDN: dn, resultCode: resultCode(error) ?? 0 },
    });
  }
}
