/** The userinfo endpoint (OpenID Connect Core section 5.3). */
import type { Secret } from '@ostiary/primitives';
import { type AuthorizationServer, processUserInfoResponse, skipSubjectCheck, userInfoRequest } from 'oauth4webapi';
import { providerFailure, unbelievable } from '../oauth2/failure.ts';
import { requestOptions, timedClient, toleratedSkewSeconds } from '../oauth2/transport.ts';
import { type Claims, signatureAlgorithms } from './id-token.ts';
import type { Provider } from './provider.ts';

/** Whom to ask about which access token (OpenID Connect Core section 5.3). */
export interface UserInfoRequest {
  readonly provider: Provider;
  readonly clientId: string;
  readonly accessToken: Secret;
  /**
   * The `sub` of the ID token; another one in the answer is refused (section 5.3.2). `undefined` only where there is
   * no ID token, as in a token exchange.
   */
  readonly subject: string | undefined;
}

/**
 * Asks who an access token belongs to. JSON, or a JWT that the provider signed.
 *
 * @throws {OstiaryError} `upstream/unavailable`, or `upstream/protocol` for a refusal and for an answer that must not
 *   be believed.
 */
export async function fetchUserInfo(request: UserInfoRequest): Promise<Claims> {
  const { provider, clientId, accessToken, subject } = request;
  const server = await provider.metadata();
  if (server.userinfo_endpoint === undefined) throw unbelievable({ reason: 'no userinfo_endpoint' });
  const client = timedClient(clientId, provider.transport.now);
  try {
    const options = requestOptions(provider.transport, server.userinfo_endpoint);
    const response = await userInfoRequest(server, client, accessToken.reveal(), options);
    if (isJwt(response)) return await signedClaims(await response.text(), request, server);
    const expected = subject ?? skipSubjectCheck;
    return await processUserInfoResponse(server, client, expected, response);
  } catch (error) {
    throw providerFailure(error);
  }
}

/**
 * A signed answer should name issuer and audience (section 5.3.2), but LemonLDAP::NG names neither. Like JSON, which has
 * neither too, it comes from the provider itself, for a token of ours; so they count where they are.
 */
async function signedClaims(token: string, request: UserInfoRequest, server: AuthorizationServer): Promise<Claims> {
  const claims = await request.provider.verify(token, {
    algorithms: signatureAlgorithms(server),
    currentDate: request.provider.transport.now(),
    clockTolerance: toleratedSkewSeconds,
  });
  const { sub, iss = server.issuer, aud = request.clientId } = claims;
  if (iss !== server.issuer) throw unbelievable({ reason: 'iss of userinfo is another provider' });
  if (![aud].flat().includes(request.clientId)) throw unbelievable({ reason: 'aud of userinfo is another client' });
  if (typeof sub !== 'string' || sub === '' || (request.subject !== undefined && sub !== request.subject)) {
    throw unbelievable({ reason: 'sub of userinfo is another account' });
  }
  return { ...claims, sub };
}

const isJwt = (response: Response): boolean =>
  response.status === 200 && /^application\/jwt\b/iu.test(response.headers.get('content-type') ?? '');
