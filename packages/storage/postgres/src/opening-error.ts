import { formatAddress, isSocket, openingError } from '@ostiary/storage-sdk/server';
import type { PostgresConfig } from './config.ts';
import { refusal } from './postgres-error.ts';

/** Why the storage cannot be opened, in a sentence for whoever starts the server: which one, what is wrong, what to do. */
export function postgresOpeningError(config: PostgresConfig, error: unknown): unknown {
  return openingError({ which: `PostgreSQL at ${whereIs(config)}`, error, refusal });
}

/** Host and port, or the folder of the socket. Never who logs in there. */
function whereIs({ host, port }: PostgresConfig): string {
  return isSocket(host) ? `${host} (port ${port})` : formatAddress({ host, port });
}
