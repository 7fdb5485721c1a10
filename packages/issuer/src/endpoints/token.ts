import { isOstiaryError, OstiaryError } from '@ostiary/primitives';
import { authenticateClient } from '../checks/client.ts';
import type { IssuerContext } from '../context.ts';
import { defineEndpoint } from '../endpoint.ts';
import { CLIENT_CREDENTIALS, DEVICE_CODE, type GrantType, TOKEN_EXCHANGE } from '../grant-type.ts';
import { redeemCode } from '../grants/authorization-code.ts';
import { clientCredentials } from '../grants/client-credentials.ts';
import { redeemDeviceCode } from '../grants/device-code.ts';
import type { GrantRequest } from '../grants/grant-request.ts';
import { refresh } from '../grants/refresh-token.ts';
import { exchangeToken } from '../grants/token-exchange.ts';
import type { Endpoint } from '../issuer.ts';
import { type Parameters, readForm } from '../parameters.ts';
import { jsonReply } from '../reply.ts';
import type { IssuedTokens } from '../tokens/issue.ts';

type Grant = (grant: GrantRequest, context: IssuerContext) => Promise<IssuedTokens>;

const grants: Readonly<Record<GrantType, Grant>> = {
  authorization_code: redeemCode,
  refresh_token: refresh,
  [DEVICE_CODE]: redeemDeviceCode,
  [TOKEN_EXCHANGE]: exchangeToken,
  [CLIENT_CREDENTIALS]: clientCredentials,
};

/** `/token` (RFC 6749 section 3.2). Parameters come from the body alone; the client is known before any grant runs. */
export function tokenEndpoint(context: IssuerContext): Endpoint {
  return defineEndpoint({
    name: 'token',
    path: '/token',
    methods: ['POST'],
    cors: true,
    audience: 'program',
    async handle(request) {
      const params = readForm(request);
      const grantType = readGrantType(params, context);
      const client = await authenticateClient({ params, request }, context.clients);
      const issued = await grants[grantType]({ params, client, request }, context).catch((error: unknown) =>
        rejectGrant(error, grantType),
      );
      request.log.info('token.issued', {
        grantType,
        client: client.id,
        connector: issued.connectorId || undefined,
        idTokenId: issued.idTokenId,
        accessTokenId: issued.accessTokenId,
      });
      return jsonReply(200, issued.body);
    },
  });
}

function readGrantType(params: Parameters, context: IssuerContext): GrantType {
  const named = params.get('grant_type') ?? '';
  const grantType = context.grantTypes.find((type) => type === named);
  if (grantType !== undefined) return grantType;
  const quoted = JSON.stringify(named).slice(0, 100);
  throw new OstiaryError('oauth/unsupported_grant_type', `Unsupported grant_type ${quoted}.`);
}

/**
 * Who may not log in holds a grant that is good for nothing: RFC 6749 section 5.2 has no `access_denied`. RFC 8693
 * section 2.2.2 has a code of its own for a token that policy does not accept.
 */
function rejectGrant(error: unknown, grantType: GrantType): never {
  if (!isOstiaryError(error) || !error.code.startsWith('login/')) throw error;
  const code = grantType === TOKEN_EXCHANGE ? 'oauth/invalid_request' : 'oauth/invalid_grant';
  throw new OstiaryError(code, error.message, { cause: error, detail: error.detail });
}
