import { OstiaryError } from '@ostiary/primitives';
import type { RecordKind } from '@ostiary/storage-sdk';
import { z } from 'zod';
import type { SharedKey } from './shared-keys.ts';

export interface SharedKeysKindOptions<A extends string> {
  readonly kind: string;
  readonly version: number;
  readonly algorithms: readonly A[];
}

/**
 * The stored form of a shared set: all keys in one record, so that one compare-and-set moves the whole set from one
 * agreed state to the next.
 */
export function sharedKeysKind<A extends string>(
  options: SharedKeysKindOptions<A>,
): RecordKind<readonly SharedKey<A>[]> {
  const { kind, version, algorithms } = options;
  return {
    kind,
    version,
    schema: keysSchema(algorithms),
    encode: (keys) => ({ keys: refuseEmpty(keys).map((key) => ({ ...key })) }),
  };
}

const seconds = z.int().nonnegative();

function keysSchema<A extends string>(algorithms: readonly A[]): z.ZodType<readonly SharedKey<A>[]> {
  const key: z.ZodType<SharedKey<A>> = z.strictObject({
    kid: z.string().min(1),
    alg: z.enum(algorithms),
    publishedAt: seconds,
    activeFrom: seconds,
    activeUntil: seconds.exactOptional(),
    cachedFor: seconds,
    keepFor: seconds,
    jwk: z.record(z.string(), z.string()),
  });
  return z
    .strictObject({ keys: z.array(key).min(1) })
    .transform(({ keys }) => keys)
    .refine((keys) => new Set(keys.map(({ kid }) => kid)).size === keys.length, 'two keys have the same kid');
}

/** An empty set, once written, would make every replica refuse every token and every cookie. */
function refuseEmpty<K>(keys: readonly K[]): readonly K[] {
  if (keys.length > 0) return keys;
  throw new OstiaryError('storage/corrupt', 'An empty set of keys must not be stored.');
}
