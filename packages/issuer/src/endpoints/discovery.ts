import { issuerUrl } from '@ostiary/primitives';
import { knownScopes } from '../checks/scope.ts';
import type { IssuerContext } from '../context.ts';
import { defineEndpoint } from '../endpoint.ts';
import type { Endpoint } from '../issuer.ts';
import type { Reply } from '../reply.ts';
import { grantTypes } from './token.ts';

const claims = [
  ...['iss', 'sub', 'aud', 'exp', 'iat', 'jti', 'azp', 'nonce', 'auth_time', 'at_hash', 'c_hash'],
  ...['email', 'email_verified', 'groups', 'name', 'preferred_username', 'federated_claims'],
];

/** `/.well-known/openid-configuration` (OpenID Connect Discovery section 3, RFC 8414). Encoded once. */
export function discoveryEndpoint(context: IssuerContext): Endpoint {
  const { issuer, keys, protocol } = context;
  const document = {
    issuer,
    authorization_endpoint: issuerUrl(issuer, '/auth'),
    token_endpoint: issuerUrl(issuer, '/token'),
    jwks_uri: issuerUrl(issuer, '/keys'),
    userinfo_endpoint: issuerUrl(issuer, '/userinfo'),
    grant_types_supported: grantTypes,
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: keys.algorithms,
    code_challenge_methods_supported: protocol.pkceMethods,
    scopes_supported: knownScopes,
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
    claims_supported: claims,
    prompt_values_supported: ['none', 'login', 'consent'],
    request_parameter_supported: false,
    request_uri_parameter_supported: false,
    authorization_response_iss_parameter_supported: true,
  };
  const reply: Reply = {
    kind: 'document',
    status: 200,
    body: JSON.stringify(document, null, 2),
    headers: { 'cache-control': 'public, max-age=300' },
  };
  const answer = Promise.resolve(reply);
  return defineEndpoint({
    name: 'discovery',
    path: '/.well-known/openid-configuration',
    methods: ['GET'],
    cors: true,
    audience: 'program',
    sameForAll: true,
    handle: () => answer,
  });
}
