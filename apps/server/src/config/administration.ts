/** `grpc`: whether the API for administrators is opened, and for whom. See docs/adr/0031. */
import { isLoopback } from '../listen/address.ts';
import type { TlsSettings } from '../listen/tls-files.ts';
import type { AdministrationSettings } from './config.ts';
import type { LooseFile } from './loose.ts';
import type { Report } from './report.ts';
import type { ConfigFile } from './schema.ts';

/** Whether it is opened: for those with a certificate anywhere, for others on this machine alone. */
export function isOpened({ addr, ...more }: NonNullable<LooseFile['grpc']>): boolean {
  return addr !== undefined && ('tlsClientCA' in more || isLoopback(addr.host));
}

/** What is to be opened; `undefined` for nothing, which the report says when it was asked for. */
export function readAdministration(
  grpc: ConfigFile['grpc'],
  report: Pick<Report, 'warn'>,
): AdministrationSettings | undefined {
  const { addr: address, tlsClientCA } = grpc;
  if (address === undefined) return undefined;
  if (!isOpened(grpc)) {
    report.warn(
      'grpc.addr',
      'is not opened: whoever reached it could read every secret. Set tlsClientCA, tlsCert and tlsKey, or listen on 127.0.0.1.',
    );
    return undefined;
  }
  if (tlsClientCA === undefined) {
    report.warn(
      'grpc.addr',
      'is open to everybody on this machine, who can read every secret. Set tlsClientCA, tlsCert and tlsKey.',
    );
  }
  const tls = tlsOf(grpc);
  return tls === undefined ? { address } : { address, tls };
}

function tlsOf(grpc: ConfigFile['grpc']): TlsSettings | undefined {
  const { tlsCert: certFile, tlsKey: keyFile, tlsClientCA, tlsMinVersion, tlsMaxVersion } = grpc;
  if (certFile === undefined || keyFile === undefined) return undefined;
  const versions = { minVersion: `TLSv${tlsMinVersion}`, maxVersion: `TLSv${tlsMaxVersion}` } as const;
  const clients = tlsClientCA === undefined ? {} : { clientCaFile: tlsClientCA };
  return { block: 'grpc', certFile, keyFile, ...clients, ...versions };
}
