import { isOstiaryError, OstiaryError } from '@ostiary/primitives';

/** What happened when a storage was to be opened. */
export interface OpeningFailure {
  /** Which one, and where: `PostgreSQL at db:5432`. Never who logs in there. */
  readonly which: string;
  readonly error: unknown;
  /** Why server and configuration do not come together, the rest of a sentence; `undefined` when trying again may help. */
  readonly refusal: (error: unknown) => string | undefined;
}

/** Why a storage cannot be opened, in a sentence for whoever starts the server: which one, what is wrong, what to do. */
export function openingError({ which: where, error, refusal }: OpeningFailure): unknown {
  if (!(error instanceof Error)) return error;
  // What says already which file or setting is wrong.
  const told = isOstiaryError(error, 'storage/unavailable') ? error.cause : error;
  if (isOstiaryError(told, 'config/invalid')) return told;
  const which = `storage.config: ${where}`;
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

/** Host and port as an address writes them; an IPv6 address is in brackets. */
export function formatAddress({ host, port }: { readonly host: string; readonly port: number }): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** The message of an error; of several attempts at the addresses of one name, that of the first. */
function firstWords(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const first: unknown = error instanceof AggregateError ? error.errors[0] : undefined;
  return firstWords(first) ?? (error.message.replace(/\.$/u, '') || undefined);
}

/** What to correct: `Set ssl.caFile to its authority`, `Correct host`. */
export interface CertificateRemedies {
  readonly authority: string;
  readonly name: string;
}

/** What to do about a certificate that Node refuses, by the code of its error: the rest of a sentence. */
export function certificateRefusals({ authority, name }: CertificateRemedies): Readonly<Record<string, string>> {
  const untrusted = `has a certificate that is not trusted. ${authority}`;
  return {
    DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
    SELF_SIGNED_CERT_IN_CHAIN: untrusted,
    UNABLE_TO_GET_ISSUER_CERT: untrusted,
    UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
    CERT_SIGNATURE_FAILURE: untrusted,
    CERT_HAS_EXPIRED: 'has a certificate that has expired. Renew it',
    CERT_NOT_YET_VALID: 'has a certificate that is not valid yet. Look at the clocks',
    ERR_TLS_CERT_ALTNAME_INVALID: `has a certificate for another name. ${name}`,
  };
}
