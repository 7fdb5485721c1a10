import { OstiaryError } from '@ostiary/primitives';
import { formatAddress } from '@ostiary/storage-sdk/server';
import type { RedisConfig } from './config.ts';
import { refusal, toOstiaryError } from './redis-error.ts';

export interface OpeningFailure {
  readonly config: RedisConfig;
  readonly error: unknown;
  /** What the client told before, if it did: `error` is often only that the connection was closed. */
  readonly reason: unknown;
}

/** Why the storage cannot be opened, in a sentence for whoever starts the server: which Redis, what is wrong, what to do. */
export function openingError({ config, error, reason }: OpeningFailure): unknown {
  const cause = toOstiaryError(error);
  if (!(cause instanceof OstiaryError)) return cause;
  const which = `storage.config: Redis at ${whereIs(config)}`;
  const refused = refusal(cause) ?? refusal(reason);
  if (refused !== undefined) return new OstiaryError('config/invalid', `${which} ${refused}.`, { cause });
  if (cause.code !== 'storage/unavailable') return cause;
  const why = firstWords(reason) ?? firstWords(cause.cause) ?? 'no answer in time';
  const what = 'See that it runs and can be reached from here, or correct where it is';
  return new OstiaryError('storage/unavailable', `${which} cannot be used: ${why}. ${what}.`, { cause });
}

/** Host and port, or the path of the socket. Never who logs in there. */
function whereIs({ host, port, socket, cluster }: RedisConfig): string {
  return socket ?? (cluster ?? [{ host, port }]).map(formatAddress).join(', ');
}

/** The message of an error, for a cluster that of its node. */
function firstWords(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const ofNode = 'lastNodeError' in error ? firstWords(error.lastNodeError) : undefined;
  return ofNode ?? (error.message.replace(/\.$/u, '') || undefined);
}
