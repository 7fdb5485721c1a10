import { isOstiaryError, OstiaryError } from '@ostiary/primitives';
import { Refused } from './api-error.ts';
import type { Cluster } from './cluster.ts';
import { Unfit } from './unfit.ts';

const untrusted = 'has a certificate that is not trusted. Correct the certificate authority';
const refusedWays: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  UNABLE_TO_GET_ISSUER_CERT: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
  CERT_SIGNATURE_FAILURE: untrusted,
  CERT_HAS_EXPIRED: 'has a certificate that has expired. Renew it',
  CERT_NOT_YET_VALID: 'has a certificate that is not valid yet. Look at the clocks',
  ERR_TLS_CERT_ALTNAME_INVALID: 'has a certificate for another name. Correct the server, or set tls-server-name',
};

/** Why the storage cannot be opened, in a sentence for whoever starts the server: which API, what is wrong, what to do. */
export function openingError({ server }: Pick<Cluster, 'server'>, error: unknown): unknown {
  if (!(error instanceof Error) || isOstiaryError(error, 'config/invalid')) return error;
  const which = `storage.config: the Kubernetes API at ${server.host}`;
  const refused = refusal(error);
  if (refused !== undefined) return new OstiaryError('config/invalid', `${which} ${refused}.`, { cause: error });
  if (!(error instanceof Refused) && !isOstiaryError(error, 'storage/unavailable')) return error;
  const reason = error instanceof Refused ? error : error.cause;
  const why = (reason instanceof Error && reason.message.replace(/\.$/u, '')) || 'no answer in time';
  const what = 'See that it runs and can be reached from here, or correct where it is';
  return new OstiaryError('storage/unavailable', `${which} cannot be used: ${why}. ${what}.`, { cause: error });
}

/** Why this API and this configuration do not come together; `undefined` when trying again may help. */
function refusal(error: Error): string | undefined {
  if (error instanceof Unfit) return error.message;
  if (error instanceof Refused) {
    return error.status.code === 401 ? 'does not know who is asking. Correct the token or the certificate' : undefined;
  }
  const { cause } = error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  return refusedWays[code];
}
