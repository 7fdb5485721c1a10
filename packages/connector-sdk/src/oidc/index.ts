/** Building blocks for OpenID Connect providers: discovery that heals, one key cache per issuer, strict ID tokens. */
export {
  beginLogin,
  finishLogin,
  type LoginRequest,
  type LoginResponse,
  type LoginResult,
  type OpenIdClient,
  type RefreshRequest,
  type RefreshResult,
  refreshLogin,
} from './client.ts';
export { type EndSessionRequest, endSessionUrl } from './end-session.ts';
export { type Claims, type IdTokenCheck, signatureAlgorithms, verifyIdToken } from './id-token.ts';
export type { DiscoveryOptions, EndpointOverrides } from './metadata.ts';
export {
  authenticationOf,
  type OpenIdAccount,
  type OpenIdAnswer,
  type OpenIdConnector,
  type OpenIdConnectorOptions,
  openIdConnector,
} from './openid-connector.ts';
export { openProvider, type Provider, type ProviderOptions } from './provider.ts';
export { fetchUserInfo, type UserInfoRequest } from './user-info.ts';
