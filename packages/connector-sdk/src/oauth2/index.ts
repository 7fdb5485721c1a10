/** Building blocks for providers that speak OAuth 2.0, over oauth4webapi. OpenID Connect has more: `../oidc`. */
export type { AuthorizationServer } from 'oauth4webapi';
export {
  type Account,
  type AccountConnector,
  type AccountConnectorOptions,
  type AccountQuestion,
  accountConnector,
} from './account-connector.ts';
export { type AuthorizationRequest, authorizationUrl } from './authorization-url.ts';
export { type CallbackCheck, checkCallback } from './callback.ts';
export { claimsInside } from './claims-inside.ts';
export { type ClientAuthentication, type OAuthClient, registeredClient, secretMethod } from './client.ts';
export { providerFailure, unbelievable } from './failure.ts';
export {
  type AssertedToken,
  type AssertionClaims,
  type AssertionKey,
  assertionPayload,
  redeemAssertion,
  signAssertion,
} from './jwt-bearer.ts';
export {
  type AuthorizationAnswer,
  type AuthorizationAsk,
  beginAuthorization,
  finishAuthorization,
  type OAuthProvider,
  type OAuthServer,
  renewAuthorization,
} from './login.ts';
export { codeChallenge, type PkceMethod, randomToken } from './pkce.ts';
export { type CodeRedemption, type Parties, redeemCode, refreshTokens, type TokenSet } from './tokens.ts';
export { answering, type Transport, toleratedSkewSeconds } from './transport.ts';
