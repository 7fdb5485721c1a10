import { isOstiaryError, OstiaryError } from '@ostiary/primitives';
import { isSocket, type PostgresConfig } from './config.ts';
import { refusal } from './postgres-error.ts';

/** Why the storage cannot be opened, in a sentence for whoever starts the server: which one, what is wrong, what to do. */
export function openingError(config: PostgresConfig, error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  // What says already which file or setting is wrong.
  const told = isOstiaryError(error, 'storage/unavailable') ? error.cause : error;
  if (isOstiaryError(told, 'config/invalid')) return told;
  const which = `storage.config: PostgreSQL at ${whereIs(config)}`;
  const refused = refusal(error);
  if (refused !== undefined) return new OstiaryError('config/invalid', `${which} ${refused}.`, { cause: error });
  if (isOstiaryError(error, 'storage/corrupt')) {
    const { cause, detail } = error;
    return new OstiaryError('storage/corrupt', `${which}: ${error.message}`, { cause, detail });
  }
  if (!isOstiaryError(error, 'storage/unavailable')) return error;
  const what = 'See that it runs and can be reached from here, or correct where it is';
  const why = firstWords(error.cause) ?? 'no answer in time';
  return new OstiaryError('storage/unavailable', `${which} cannot be used: ${why}. ${what}.`, { cause: error });
}

/** Host and port, or the folder of the socket. Never who logs in there. */
function whereIs({ host, port }: PostgresConfig): string {
  if (isSocket(host)) return `${host} (port ${port})`;
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** The message of an error; of several attempts at the addresses of one name, that of the first. */
function firstWords(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const first: unknown = error instanceof AggregateError ? error.errors[0] : undefined;
  return firstWords(first) ?? (error.message.replace(/\.$/u, '') || undefined);
}
