/** What a connector is. Building blocks are under `./oauth2`, `./oidc`, `./http` and `./config`; the proof under `./conformance`. */
export { type CallbackChoice, chooseCallbackUrl } from './callback-url.ts';
export type {
  BeginLogin,
  Connector,
  ConnectorFacets,
  ConnectorMetadata,
  ConnectorScopes,
  ExchangeAsk,
  FinishLogin,
  LoginStep,
  LogoutAsk,
  PasswordCheck,
  PasswordLogin,
  RedirectLogin,
  Refresh,
  RefreshAsk,
  RequestHeaders,
  ReuseRefresh,
  TokenExchange,
  UpstreamLogout,
  UpstreamRefresh,
} from './connector.ts';
export {
  type ConnectorAbout,
  type ConnectorContext,
  type ConnectorDefinition,
  defineConnector,
  type FirstUse,
  type HttpOptions,
  type OpenHttp,
} from './define.ts';
export { allowedNames, needsOneOf, requireAllowedGroups, someNames, uniqueGroups } from './groups.ts';
export { type Healing, type HealingOptions, healing } from './healing.ts';
export type { Authentication, Email, Identity } from './identity.ts';
export { identityProblems } from './identity-problems.ts';
