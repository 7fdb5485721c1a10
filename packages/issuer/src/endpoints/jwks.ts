import { OstiaryError } from '@ostiary/primitives';
import type { PublicJwkSet } from '@ostiary/token-core';
import type { IssuerContext } from '../context.ts';
import { defineEndpoint } from '../endpoint.ts';
import type { Endpoint } from '../issuer.ts';
import type { Reply } from '../reply.ts';
import { documentOfKeys } from './of-keys.ts';

/** `/keys`: the JSON Web Key Set (RFC 7517 section 5). Encoded once per key set; its age follows the rotation policy. */
export function jwksEndpoint(context: IssuerContext): Endpoint {
  return defineEndpoint({
    name: 'jwks',
    path: '/keys',
    methods: ['GET'],
    cors: true,
    audience: 'program',
    sameForAll: true,
    handle: documentOfKeys(context, encode),
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
