import { issuerUrl, type JsonObject } from '@ostiary/primitives';
import type { PublicJwkSet } from '@ostiary/token-core';
import { knownScopes } from '../checks/scope.ts';
import type { IssuerContext } from '../context.ts';
import { defineEndpoint } from '../endpoint.ts';
import { DEVICE_CODE } from '../grant-type.ts';
import type { Endpoint } from '../issuer.ts';
import type { Reply } from '../reply.ts';
import { documentOfKeys } from './of-keys.ts';

const claims = [
  ...['iss', 'sub', 'aud', 'exp', 'iat', 'jti', 'azp', 'nonce', 'auth_time', 'at_hash', 'c_hash'],
  ...['email', 'email_verified', 'groups', 'name', 'preferred_username', 'federated_claims'],
];

/** How a confidential client shows who it is. */
const withSecret = ['client_secret_basic', 'client_secret_post'];

/** `/.well-known/openid-configuration` (OpenID Connect Discovery section 3, RFC 8414). Encoded once per key set. */
export function discoveryEndpoint(context: IssuerContext): Endpoint {
  return defineEndpoint({
    name: 'discovery',
    path: '/.well-known/openid-configuration',
    methods: ['GET'],
    cors: true,
    audience: 'program',
    sameForAll: true,
    handle: documentOfKeys(context, (set) => encode(context, set)),
  });
}

function encode(context: IssuerContext, set: PublicJwkSet): Reply {
  return {
    kind: 'document',
    status: 200,
    body: JSON.stringify(metadataOf(context, set), null, 2),
    headers: { 'cache-control': 'public, max-age=300' },
  };
}

/** What the issuer says of itself. */
export function metadataOf(context: IssuerContext, set: PublicJwkSet): JsonObject {
  const { issuer, keys, protocol, grantTypes, sessions } = context;
  return {
    issuer,
    authorization_endpoint: issuerUrl(issuer, '/auth'),
    token_endpoint: issuerUrl(issuer, '/token'),
    jwks_uri: issuerUrl(issuer, '/keys'),
    userinfo_endpoint: issuerUrl(issuer, '/userinfo'),
    ...(grantTypes.includes(DEVICE_CODE) ? { device_authorization_endpoint: issuerUrl(issuer, '/device/code') } : {}),
    introspection_endpoint: issuerUrl(issuer, '/token/introspect'),
    revocation_endpoint: issuerUrl(issuer, '/token/revoke'),
    grant_types_supported: grantTypes,
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    subject_types_supported: ['public'],
    // Also what signed before the policy changed, and what another replica's policy has: such tokens are still good.
    id_token_signing_alg_values_supported: [...new Set([...keys.algorithms, ...set.keys.map(({ alg }) => alg)])],
    code_challenge_methods_supported: protocol.pkceMethods,
    scopes_supported: knownScopes,
    token_endpoint_auth_methods_supported: [...withSecret, 'none'],
    introspection_endpoint_auth_methods_supported: withSecret,
    revocation_endpoint_auth_methods_supported: [...withSecret, 'none'],
    claims_supported: sessions === undefined ? claims : [...claims, 'sid'],
    prompt_values_supported: ['none', 'login', 'consent', ...(sessions === undefined ? [] : ['select_account'])],
    request_parameter_supported: false,
    request_uri_parameter_supported: false,
    authorization_response_iss_parameter_supported: true,
    ...aboutLogout(context),
  };
}

/** OpenID Connect RP-Initiated Logout section 2.1 and Back-Channel Logout section 2. */
function aboutLogout({ issuer, sessions, backchannel }: IssuerContext): JsonObject {
  if (sessions === undefined) return {};
  const told = { backchannel_logout_supported: true, backchannel_logout_session_supported: true };
  return { end_session_endpoint: issuerUrl(issuer, '/logout'), ...(backchannel === undefined ? {} : told) };
}
