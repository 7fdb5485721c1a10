/** The protocol: endpoints as functions from a parsed request to a reply. */
export {
  type RegisteredClient,
  type RegisteredClients,
  type RegisteredClientsOptions,
  registeredClients,
} from './administration/registered-clients.ts';
export type { RenewableLogin, RenewableLogins } from './administration/renewable-logins.ts';
export type {
  ClaimMappings,
  Client,
  ClientRegistry,
  ComputedClaim,
  PrefixedClaim,
  ReviewRule,
  TokenReviewRules,
} from './client.ts';
export type { ConnectorEntry, ConnectorRegistry, MappedIdentity } from './connectors.ts';
export { createIssuer } from './create-issuer.ts';
export { type GrantType, grantTypes } from './grant-type.ts';
export type { Endpoint, Issuer } from './issuer.ts';
export { defaultPasswordAttempts } from './login/password-budget.ts';
export type {
  BackchannelOptions,
  IssuerOptions,
  Lifetimes,
  PasswordAttempts,
  ProtocolOptions,
  SessionOptions,
} from './options.ts';
export type { ConnectorChoice, ConsentItem, Page, PageProblem, SessionView } from './page.ts';
export { isSameAddress } from './policy/people.ts';
export { listRevocations, type Revocation, revokeLogins } from './policy/revocations.ts';
export type { ClaimRule, PersonRule, RuleFacts } from './policy/rules.ts';
export { type RevocationMark, type RevocationTarget, revocationTargets } from './records/revocations.ts';
export { firstUseIn } from './records/used-once.ts';
export { jsonReply, type Reply, type SetCookie } from './reply.ts';
export type { IssuerRequest } from './request.ts';
export type { KubernetesUser } from './tokens/kubernetes-user.ts';
