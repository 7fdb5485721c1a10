/** Where the API for administrators listens. */
import type { Logger } from '@ostiary/primitives';
import type { AdministrationSettings } from '../config/config.ts';
import type { RefusedConnection } from '../listen/http2.ts';
import type { Http2ListenerOptions } from '../listen/listener.ts';
import type { ApiOptions } from './api/handler.ts';

export interface AdministrationListenerOptions extends ApiOptions {
  readonly drainMs: number;
}

/** The listener for it, where the configuration has one. */
export async function administrationListeners(
  settings: AdministrationSettings | undefined,
  { drainMs, ...options }: AdministrationListenerOptions,
): Promise<readonly Http2ListenerOptions[]> {
  if (settings === undefined) return [];
  // Its libraries take 20 MB of memory, which most servers have no use for.
  const { createApi } = await import('./api/handler.ts');
  const onRefused = refusedConnections(options.log);
  return [{ name: 'grpc.addr', protocol: 'http2', ...settings, drainMs, handler: createApi(options), onRefused }];
}

/** Tells of those who came without a certificate, or with one that does not count. */
export const refusedConnections =
  (log: Logger) =>
  ({ reason, from }: RefusedConnection): void =>
    log.warn('admin.refused', { reason, clientAddress: from });
