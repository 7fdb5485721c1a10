/** Where the API for administrators listens. */
import type { Logger } from '@ostiary/primitives';
import type { RefusedConnection } from '../listen/http2.ts';

/** Tells of those who came without a certificate, or with one that does not count. */
export const refusedConnections =
  (log: Logger) =>
  ({ reason, from }: RefusedConnection): void =>
    log.warn('admin.refused', { reason, clientAddress: from });
