/** The keys a provider signs with: one cache for one issuer. */
import type { Clock, Logger } from '@ostiary/primitives';
import { createLocalJWKSet, errors, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import { healing } from '../healing.ts';
import { unbelievable } from '../oauth2/failure.ts';
import { answering, type Transport } from '../oauth2/transport.ts';

export interface KeySourceOptions {
  readonly jwksUri: () => Promise<string>;
  readonly transport: Transport;
  readonly log: Logger;
}

const minute = 60_000;

/** Milliseconds between two fetches for a key that is not known; forged key ids must not become a flood. */
const unknownKeyPauseMs = minute / 2;

const keySet = z.object({ keys: z.array(z.looseObject({ kty: z.string() })) });

/** Finds the key for a token. A key id that is not known makes it fetch the set again, at most every 30 seconds. */
export function providerKeys(options: KeySourceOptions): JWTVerifyGetKey {
  const held = healing({
    load: async () => createLocalJWKSet(await fetchKeys(options)),
    now: options.transport.now satisfies Clock,
    maxAgeMs: 10 * minute,
    staleMs: 50 * minute,
    onStale: () => options.log.warn('provider.keys_stale'),
  });
  return async (header, token) => {
    const known = await held.get();
    try {
      return await known(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      const renewed = await held.renew(unknownKeyPauseMs);
      if (renewed === known) throw error;
      return renewed(header, token);
    }
  };
}

async function fetchKeys({ jwksUri, transport }: KeySourceOptions): Promise<z.output<typeof keySet>> {
  const location = await jwksUri();
  const headers = { accept: 'application/jwk-set+json, application/json' };
  const response = await answering(transport.fetch)(location, { headers, redirect: 'manual' });
  const text = await response.text();
  const parsed = response.status === 200 ? keySet.safeParse(parseJson(text)) : undefined;
  if (parsed?.success === true) return parsed.data;
  throw unbelievable({ reason: 'key set', status: response.status, host: new URL(location).host });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
