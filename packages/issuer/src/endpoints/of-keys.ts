import type { PublicJwkSet } from '@ostiary/token-core';
import type { IssuerContext } from '../context.ts';
import type { Reply } from '../reply.ts';

/** A document that is made of the published keys: encoded once per key set, because every verifier asks for it. */
export function documentOfKeys(
  { keys }: Pick<IssuerContext, 'keys'>,
  encode: (set: PublicJwkSet) => Reply,
): () => Promise<Reply> {
  let encoded: { readonly set: PublicJwkSet; readonly reply: Reply } | undefined;
  return async () => {
    const set = keys.publicKeys();
    if (encoded?.set !== set) encoded = { set, reply: encode(set) };
    return encoded.reply;
  };
}
