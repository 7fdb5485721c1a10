import type { Logger } from '@ostiary/primitives';
import type { AuthorizationServer } from 'oauth4webapi';
import { healing } from '../healing.ts';
import { unbelievable } from '../oauth2/failure.ts';
import type { Transport } from '../oauth2/transport.ts';
import { type VerifyJwt, verifyByKeys } from './keys.ts';
import { type DiscoveryOptions, discover } from './metadata.ts';

/** A provider as it is known now. */
export interface Provider {
  /** What the provider says of itself, with the configured endpoints in place. */
  metadata(): Promise<AuthorizationServer>;
  /** Verifies what the provider signed; share it, it has the one cache of this issuer's keys. */
  readonly verify: VerifyJwt;
  readonly transport: Transport;
}

/** Which provider, how to reach it, and where to log. */
export interface ProviderOptions extends DiscoveryOptions {
  readonly log: Logger;
}

const hour = 3_600_000;

/**
 * A provider that is asked when it is first needed. A failure is not remembered, so a provider that was down heals by
 * itself; the document is fetched anew every hour, and the old one serves for a day while that fails.
 */
export function openProvider(options: ProviderOptions): Provider {
  const document = healing({
    load: () => discover(options),
    now: options.transport.now,
    maxAgeMs: hour,
    staleMs: 23 * hour,
    onStale: () => options.log.warn('provider.discovery_stale', { issuer: options.issuer }),
  });
  const jwksUri = async (): Promise<string> => {
    const { jwks_uri } = await document.get();
    if (jwks_uri === undefined) throw unbelievable({ reason: 'no jwks_uri', issuer: options.issuer });
    return jwks_uri;
  };
  return {
    metadata: () => document.get(),
    verify: verifyByKeys({ jwksUri, transport: options.transport, log: options.log }),
    transport: options.transport,
  };
}
