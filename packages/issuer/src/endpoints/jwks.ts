import { OstiaryError } from '@ostiary/primitives';
import type { PublicJwkSet } from '@ostiary/token-core';
import type { IssuerContext } from '../context.ts';
import { defineEndpoint } from '../endpoint.ts';
import type { Endpoint } from '../issuer.ts';
import type { Reply } from '../reply.ts';

/** `/keys`: the JSON Web Key Set (RFC 7517 section 5). Encoded once per key set; its age follows the rotation policy. */
export function jwksEndpoint({ keys }: IssuerContext): Endpoint {
  let encoded: { readonly set: PublicJwkSet; readonly reply: Reply } | undefined;
  return defineEndpoint({
    name: 'jwks',
    path: '/keys',
    methods: ['GET'],
    cors: true,
    audience: 'program',
    sameForAll: true,
    async handle() {
      const set = keys.publicKeys();
      if (encoded?.set !== set) encoded = { set, reply: encode(set, keys.maxAgeSeconds) };
      return encoded.reply;
    },
  });
}

function encode(set: PublicJwkSet, maxAgeSeconds: number): Reply {
  if (set.keys.length === 0) throw new OstiaryError('keys/unavailable', 'No signing keys yet. Please try again.');
  return {
    kind: 'document',
    status: 200,
    body: JSON.stringify(set),
    headers: { 'cache-control': `public, max-age=${maxAgeSeconds}, must-revalidate` },
  };
}
