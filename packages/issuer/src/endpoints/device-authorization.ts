import { issuerUrl, OstiaryError } from '@ostiary/primitives';
import { authenticateClient } from '../checks/client.ts';
import { readOptionalChallenge } from '../checks/pkce.ts';
import { DEVICE, mayUseDevices } from '../checks/redirect-uri.ts';
import { checkScopes } from '../checks/scope.ts';
import type { IssuerContext } from '../context.ts';
import { deviceLifetime, keepDeviceRequest, POLLING_INTERVAL } from '../devices/device.ts';
import { defineEndpoint } from '../endpoint.ts';
import type { Endpoint } from '../issuer.ts';
import { readForm, splitList } from '../parameters.ts';
import { jsonReply } from '../reply.ts';

/** `/device/code` (RFC 8628 section 3.1): a device asks for a code to show. Without a scope it asks for `openid`, as in Dex. */
export function deviceAuthorizationEndpoint(context: IssuerContext): Endpoint {
  return defineEndpoint({
    name: 'device-authorization',
    path: '/device/code',
    methods: ['POST'],
    cors: false,
    audience: 'program',
    async handle(request) {
      const params = readForm(request);
      const client = await authenticateClient({ params, request }, context.clients);
      if (!mayUseDevices(client)) {
        throw new OstiaryError('oauth/unauthorized_client', `The client has no redirect URI ${DEVICE}.`);
      }
      const { userCode, text } = await keepDeviceRequest(
        {
          clientId: client.id,
          redirectUri: DEVICE,
          scopes: await checkScopes(splitList(params.get('scope') ?? 'openid'), client, context.clients),
          codeChallenge: readOptionalChallenge(params, context.protocol),
          prompt: [],
        },
        context,
      );
      const page = issuerUrl(context.issuer, '/device');
      return jsonReply(200, {
        device_code: text,
        user_code: userCode,
        verification_uri: page,
        verification_uri_complete: `${page}?${new URLSearchParams({ user_code: userCode })}`,
        expires_in: deviceLifetime(context),
        interval: POLLING_INTERVAL,
      });
    },
  });
}
