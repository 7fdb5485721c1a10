import { formatAddress, isSocket, openingError } from '@ostiary/storage-sdk/server';
import type { MysqlConfig } from './config.ts';
import { refusal } from './refusal.ts';

/** Why the storage cannot be opened, in a sentence for whoever starts the server: which one, what is wrong, what to do. */
export function mysqlOpeningError(config: MysqlConfig, error: unknown): unknown {
  const { host, port } = config;
  // Never who logs in there.
  const where = isSocket(host) ? host : formatAddress({ host, port });
  return openingError({ which: `MySQL at ${where}`, error, refusal });
}
