/** What expressions can name. The names are those of Dex's CEL library, so that what is written for it fits. */
import { Environment } from '@marcbachmann/cel-js';
import type { Identity } from '@ostiary/connector-sdk';
import type { KubernetesUser, RuleFacts } from '@ostiary/issuer';
import type { JsonObject } from '@ostiary/primitives';
import { withSafeFunctions } from './compile.ts';
import { toCel } from './values.ts';

const person = {
  user_id: 'string',
  username: 'string',
  preferred_username: 'string',
  email: 'string',
  email_verified: 'bool',
  groups: 'list<string>',
  tenant: 'string',
} as const;

const empty = (): Environment =>
  // A claim may hold texts and lists side by side, and `.?` says what becomes of one that is not there.
  withSafeFunctions(new Environment({ homogeneousAggregateLiterals: false, enableOptionalTypes: true }));

/** For `identityMappings`: what a connector has answered. */
export const answerEnvironment: Environment = empty()
  .registerVariable({ name: 'identity', schema: { ...person } })
  .registerVariable('claims', 'map<string, dyn>');

/** For rules and claims: somebody who wants tokens, and what for. */
export const askingEnvironment: Environment = empty()
  .registerVariable({ name: 'identity', schema: { ...person, extra: 'map<string, dyn>' } })
  .registerVariable({
    name: 'request',
    schema: { client_id: 'string', connector_id: 'string', scopes: 'list<string>' },
  });

/** For `claimMappings` of a cluster, as Kubernetes has it: the claims of an ID token. */
export const tokenEnvironment: Environment = empty().registerVariable('claims', 'map<string, dyn>');

/** For `userValidationRules` of a cluster, as Kubernetes has it: the user that a token names there. */
export const userEnvironment: Environment = empty().registerVariable({
  name: 'user',
  schema: { username: 'string', uid: 'string', groups: 'list<string>', extra: 'map<string, list<string>>' },
});

/** The variables of {@link userEnvironment}. */
export const variablesOfUser = ({
  username,
  uid,
  groups,
  extra,
}: KubernetesUser): Readonly<Record<string, unknown>> => ({
  user: { username, uid, groups: [...groups], extra: toCel(extra) },
});

/** The variables of {@link tokenEnvironment}. */
export const variablesOfToken = (claims: JsonObject): Readonly<Record<string, unknown>> => ({ claims: toCel(claims) });

/** The variables of {@link answerEnvironment}. */
export const variablesOfAnswer = (answer: Identity): Readonly<Record<string, unknown>> => ({
  identity: personOf(answer),
  claims: toCel(answer.claims ?? {}),
});

/** The variables of {@link askingEnvironment}. */
export function variablesOfFacts({
  identity,
  unknown = [],
  clientId,
  connectorId,
  scopes,
}: RuleFacts): Readonly<Record<string, unknown>> {
  const missing = new Set(unknown.flatMap((name) => membersOf[name]));
  const person = Object.entries({ ...personOf(identity), extra: toCel(identity.extra ?? {}) });
  return {
    // An expression that names what is missing fails, and a rule that fails lets nobody in.
    identity: Object.fromEntries(person.filter(([name]) => !missing.has(name))),
    request: { client_id: clientId, connector_id: connectorId, scopes: [...scopes] },
  };
}

const membersOf: Readonly<Record<NonNullable<RuleFacts['unknown']>[number], readonly string[]>> = {
  email: ['email', 'email_verified'],
  extra: ['extra'],
  groups: ['groups'],
  preferredUsername: ['preferred_username'],
  tenant: ['tenant'],
  username: ['username'],
};

/** What is not known is empty, so that a rule need not ask for it first. */
const personOf = ({
  userId,
  username,
  preferredUsername = '',
  email = { address: '', verified: false },
  groups,
  tenant = '',
}: Pick<RuleFacts['identity'], 'userId' | 'username' | 'preferredUsername' | 'email' | 'groups' | 'tenant'>) => ({
  ...{ user_id: userId, username, preferred_username: preferredUsername, tenant },
  ...{ email: email.address, email_verified: email.verified, groups: [...groups] },
});
