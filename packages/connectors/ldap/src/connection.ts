/** One connection to a server of the directory. */
import type { ConnectorContext } from '@ostiary/connector-sdk';
import { OstiaryError, type Secret } from '@ostiary/primitives';
import { Client } from 'ldapts';
import type { LdapConfig } from './config.ts';
import { isWrongPassword, resultCode } from './failure.ts';
import { type Server, tlsOptions } from './servers.ts';

/** Milliseconds until a server counts as one that does not answer. */
const connectTimeoutMs = 5000;

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

/** Opens a connection and gives it to `begin`, which binds; closes it again when that fails. */
export async function connect(
  server: Server,
  { config, readFile }: Connecting,
  begin: (client: Client) => Promise<void>,
): Promise<Client> {
  const tls = await tlsOptions(config, server, readFile);
  const client = new Client({
    url: server.url,
    timeout: config.timeout,
    connectTimeout: connectTimeoutMs,
    strictDN: false,
    ...(server.url.startsWith('ldaps:') ? { tlsOptions: tls } : {}),
  });
  try {
    if (config.startTLS && !config.insecureNoSSL) await client.startTLS(tls);
    await begin(client);
    return client;
  } catch (error) {
    await close(client);
    throw error;
  }
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
    if (!isWrongPassword(error)) throw error;
    const message = 'The directory refused the account of this service. Tell your administrator.';
    throw new OstiaryError('upstream/protocol', message, {
      detail: { bindDN: dn, resultCode: resultCode(error) ?? 0 },
    });
  }
}

/** A client that is not unbound keeps the process alive. That the server hung up first is no failure. */
export async function close(client: Client): Promise<void> {
  await client.unbind().catch(() => undefined);
}
