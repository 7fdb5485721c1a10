/** Where the directory is, and whom to trust there. */
import { isIP } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import type { ConnectorContext } from '@ostiary/connector-sdk';
import { type PemField, resolvePem } from '@ostiary/connector-sdk/config';
import type { LdapConfig } from './config.ts';

/** A server, ready to be connected to. */
export interface Server {
  readonly url: string;
  readonly host: string;
}

type Security = Pick<LdapConfig, 'insecureNoSSL' | 'startTLS'>;

/** The servers of a configuration, in the order in which they are asked. */
export function serversOf(config: Pick<LdapConfig, 'host' | 'hosts'> & Security): readonly Server[] {
  return [config.host, ...config.hosts].map((entry) => serverOf(entry, config));
}

/** The servers that a directory may refer to. All are spoken to as securely as the first. */
export function referralServersOf(config: Pick<LdapConfig, 'referralHosts'> & Security): readonly Server[] {
  return config.referralHosts.map((entry) => serverOf(entry, config));
}

function serverOf(entry: string, { insecureNoSSL, startTLS }: Security): Server {
  const isPlain = insecureNoSSL || startTLS;
  const [, host = entry, port] = /^(.*?)(?::(\d+))?$/u.exec(entry) ?? [];
  const scheme = isPlain ? 'ldap' : 'ldaps';
  return { url: `${scheme}://${host}:${port ?? (isPlain ? 389 : 636)}`, host: host.replace(/^\[|\]$/gu, '') };
}

/** Options for TLS with one server. Files are read now, so certificates that were replaced count. */
export async function tlsOptions(
  config: Pick<LdapConfig, 'rootCA' | 'rootCAData' | 'clientCert' | 'clientKey' | 'insecureSkipVerify'>,
  { host }: Server,
  readFile: ConnectorContext['readFile'],
): Promise<ConnectionOptions> {
  const read = (source: string | undefined, path: string): Promise<string> | undefined => {
    const field: PemField | undefined = source === undefined ? undefined : { source, path };
    return field && resolvePem(field, readFile);
  };
  const ca = await read(config.rootCAData ?? config.rootCA, config.rootCAData === undefined ? 'rootCA' : 'rootCAData');
  const cert = await read(config.clientCert, 'clientCert');
  const key = await read(config.clientKey, 'clientKey');
  return {
    host,
    minVersion: 'TLSv1.2',
    rejectUnauthorized: !config.insecureSkipVerify,
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined || key === undefined ? {} : { cert, key }),
  };
}
