import { certificateRefusals, openingError } from '@ostiary/storage-sdk/server';
import { Refused, unavailable } from './api-error.ts';
import type { Cluster } from './cluster.ts';
import { Unfit } from './unfit.ts';

const certificates = certificateRefusals({
  authority: 'Correct the certificate authority',
  name: 'Correct the server, or set tls-server-name',
});

/** Why the storage cannot be opened, in a sentence for whoever starts the server: which API, what is wrong, what to do. */
export function kubernetesOpeningError({ server }: Pick<Cluster, 'server'>, thrown: unknown): unknown {
  const which = `the Kubernetes API at ${server.host}`;
  // An API that says no to everybody at the moment is one that cannot be used.
  const error = thrown instanceof Refused && refusal(thrown) === undefined ? unavailable(thrown) : thrown;
  return openingError({ which, error, refusal });
}

/** Why this API and this configuration do not come together; `undefined` when trying again may help. */
function refusal(error: unknown): string | undefined {
  if (error instanceof Unfit) return error.message;
  if (error instanceof Refused) {
    return error.status.code === 401 ? 'does not know who is asking. Correct the token or the certificate' : undefined;
  }
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  return certificates[code];
}
