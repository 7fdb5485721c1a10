import type { IssuerContext } from '../context.ts';
import { defineEndpoint } from '../endpoint.ts';
import type { Endpoint } from '../issuer.ts';
import { callbackUrl } from '../login/urls.ts';
import { jsonReply } from '../reply.ts';

/** `/callback/{connector}/metadata`: what the administrators of a provider load to know this issuer (SAML metadata). */
export function metadataEndpoint(context: IssuerContext): Endpoint {
  return defineEndpoint({
    name: 'connector-metadata',
    path: '/callback/:connector/metadata',
    methods: ['GET'],
    cors: false,
    audience: 'program',
    async handle(request) {
      const entry = context.connectors.get(request.params.connector ?? '');
      const metadata = entry?.connector.metadata;
      if (entry === undefined || metadata === undefined) {
        return jsonReply(404, { error: 'not_found', error_description: 'No connector of this name has metadata.' });
      }
      return {
        kind: 'document',
        status: 200,
        body: await metadata.describe({ callbackUrl: callbackUrl(context, entry) }),
        headers: { 'content-type': metadata.contentType, 'cache-control': 'no-cache' },
      };
    },
  });
}
