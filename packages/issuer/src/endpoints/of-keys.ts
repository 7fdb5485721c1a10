import type { PublicJwkSet } from '@ostiary/token-core';
import type { IssuerContext } from '../context.ts';
import type { Reply } from '../reply.ts';

/**
 * A document that is made of the published keys, encoded once for a set and an age, because every verifier asks for it.
 * The age stays the same, but for the time in which the storage is out of reach.
 *
 * @param encode is given the set, and how long it may be kept, in seconds.
 */
export function documentOfKeys(
  { keys }: Pick<IssuerContext, 'keys'>,
  encode: (set: PublicJwkSet, maxAgeSeconds: number) => Reply,
): () => Promise<Reply> {
  let encoded: { readonly set: PublicJwkSet; readonly maxAge: number; readonly reply: Reply } | undefined;
  return async () => {
    const set = keys.publicKeys();
    const maxAge = keys.maxAgeSeconds;
    if (encoded?.set !== set || encoded.maxAge !== maxAge) encoded = { set, maxAge, reply: encode(set, maxAge) };
    return encoded.reply;
  };
}
