/** A `fetch` that trusts what the configuration says, read from files that may be replaced while the server runs. */
import type { Fetch } from '@ostiary/primitives';
import { type PemField, resolveCertificates } from '../config/pem.ts';
import type { ConnectorContext, HttpOptions } from '../define.ts';
import { healing } from '../healing.ts';

/** Whom to trust: certificates where the configuration has them, and the other options of {@link HttpOptions}. */
export interface Trust extends Omit<HttpOptions, 'certificateAuthorities'> {
  /** Fields with certificates to trust besides the system's. Absent or empty: only the system's. */
  readonly certificates?: readonly PemField[];
}

/** Milliseconds after which the files are read again. */
const maxAgeMs = 60_000;

/**
 * The network with the certificates of a configuration. Opening a connector reads no file, so they are read with the
 * first request, and again every minute; files that cannot be read later leave the certificates of before in place.
 *
 * @throws {OstiaryError} the `fetch` it answers: `config/invalid` for a file that was never readable.
 */
export function trustedFetch(
  trust: Trust,
  context: Pick<ConnectorContext, 'id' | 'http' | 'readFile' | 'now' | 'log'>,
): Fetch {
  const { certificates = [], ...options } = trust;
  const { id: connector, http, readFile, now, log } = context;
  if (options.insecureSkipVerify === true) log.warn('connector.certificates_not_verified', { connector });
  if (certificates.length === 0) return http(options);
  const opened = healing({
    async load() {
      const sets = await Promise.all(certificates.map((field) => resolveCertificates(field, readFile)));
      return http({ ...options, certificateAuthorities: sets.flat() });
    },
    now,
    maxAgeMs,
    staleMs: Number.POSITIVE_INFINITY,
    onStale: (error) => log.warn('connector.certificates_unreadable', { connector, error }),
  });
  return async (input, init) => (await opened.get())(input, init);
}
