import type { IssuerContext } from '../context.ts';
import { defineEndpoint } from '../endpoint.ts';
import type { Endpoint } from '../issuer.ts';
import { asOstiaryError } from '../replies.ts';
import { jsonReply } from '../reply.ts';
import type { IssuerRequest } from '../request.ts';
import { claimsOfPerson, readAccessToken } from '../tokens/access-token.ts';

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
        return jsonReply(200, claimsOfPerson(await readAccessToken(token, context)));
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

function bearerToken(request: IssuerRequest): string | undefined {
  return /^bearer +([A-Za-z0-9\-._~+/]+=*) *$/i.exec(request.headers.get('authorization') ?? '')?.[1];
}
