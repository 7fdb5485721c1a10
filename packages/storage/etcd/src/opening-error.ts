import { isOstiaryError } from '@ostiary/primitives';
import { openingError } from '@ostiary/storage-sdk/server';
import type { EtcdConfig } from './config.ts';
import { isCut, Refused, unavailable } from './etcd-error.ts';
import { refusal } from './refusal.ts';

/** Why the storage cannot be opened, in a sentence for whoever starts the server: which one, what is wrong, what to do. */
export function etcdOpeningError({ endpoints, ssl }: EtcdConfig, thrown: unknown): unknown {
  const which = `etcd at ${endpoints.map((origin) => origin.replace(/^https?:\/\//u, '')).join(', ')}`;
  return openingError({ which, error: toUnavailable(thrown), refusal });

  function toUnavailable(error: unknown): unknown {
    // An etcd that says no to everybody at the moment is one that cannot be used.
    if (error instanceof Refused && refusal(error) === undefined) return unavailable(error);
    if (!isOstiaryError(error, 'storage/unavailable') || !isCut(error.cause)) return error;
    return unavailable(new Error(`it closes the connection${guess()}`, { cause: error.cause }));
  }

  /** TLS that does not come together ends like that: etcd says why in its log only. */
  function guess(): string {
    if (endpoints.some((origin) => origin.startsWith('http:'))) return '; if it speaks TLS, write https://';
    return ssl.certFile === undefined
      ? '; it may want a client certificate (ssl.certFile), or speak no TLS (http://)'
      : '; it may not trust ssl.certFile, or speak no TLS (http://)';
  }
}
