import { type JsonObject, OstiaryError } from '@ostiary/primitives';
import type { IssuerContext } from '../context.ts';
import { defineEndpoint } from '../endpoint.ts';
import type { Endpoint } from '../issuer.ts';
import { asOstiaryError } from '../replies.ts';
import { jsonReply } from '../reply.ts';
import type { IssuerRequest } from '../request.ts';
import { namesOf } from '../tokens/access-token-id.ts';

/** Claims of an access token that tell about the token, not about the person. */
const aboutTheToken = new Set([
  'iss',
  'aud',
  'exp',
  'iat',
  'nbf',
  'jti',
  'azp',
  'client_id',
  'scope',
  'at_hash',
  'auth_time',
  'nonce',
]);

/** `/userinfo` (OpenID Connect Core section 5.3). Believes access tokens of this issuer, not ID tokens. */
export function userinfoEndpoint(context: IssuerContext): Endpoint {
  return defineEndpoint({
    name: 'userinfo',
    path: '/userinfo',
    methods: ['GET', 'POST'],
    cors: true,
    audience: 'program',
    async handle(request) {
      const token = bearerToken(request);
      if (token === undefined) return jsonReply(401, { error: 'invalid_request' }, { 'www-authenticate': 'Bearer' });
      try {
        const claims = await checkToken(token, context);
        return jsonReply(200, Object.fromEntries(Object.entries(claims).filter(([name]) => !aboutTheToken.has(name))));
      } catch (thrown) {
        const error = asOstiaryError(thrown);
        if (error.code !== 'token/invalid') throw error;
        request.log.info('request.refused', { endpoint: 'userinfo', code: error.code, detail: error.detail });
        const body = { error: 'invalid_token', error_description: 'The access token is invalid or has expired.' };
        return jsonReply(401, body, {
          'www-authenticate': `Bearer error="invalid_token", error_description="${body.error_description}"`,
        });
      }
    },
  });
}

/** @throws {OstiaryError} `token/invalid` */
async function checkToken(token: string, context: IssuerContext): Promise<JsonObject> {
  const { claims } = await context.verifier.accessToken(token);
  const jti = claims.jti;
  const names = typeof jti === 'string' ? namesOf(jti) : [];
  const marks = await Promise.all(names.map((name) => context.revokedTokens.get(name)));
  if (names.length === 0 || marks.some((mark) => mark !== undefined)) {
    throw new OstiaryError('token/invalid', 'The access token has been revoked.');
  }
  return claims;
}

function bearerToken(request: IssuerRequest): string | undefined {
  return /^bearer +([A-Za-z0-9\-._~+/]+=*) *$/i.exec(request.headers.get('authorization') ?? '')?.[1];
}
