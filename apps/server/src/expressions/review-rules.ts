/** Validation rules of a cluster as the functions that the issuer has for them: those of kube-apiserver. See docs/adr/0029. */
import type { KubernetesUser, ReviewRule } from '@ostiary/issuer';
import type { JsonObject } from '@ostiary/primitives';
import { tokenEnvironment, userEnvironment, variablesOfToken, variablesOfUser } from './environment.ts';
import { asFlag, type Place, readExpression } from './reading.ts';

/** A rule about the claims of a token; `undefined` when its problem was told. `path` is that of the rule. */
export function claimReviewRule(expression: string, place: Place): ReviewRule<JsonObject> | undefined {
  const read = readExpression(expression, { environment: tokenEnvironment, reading: asFlag }, at(place));
  return read && { name: place.path, admits: (claims) => read.evaluate(variablesOfToken(claims)) };
}

/** A rule about the user that a token names; `undefined` when its problem was told. `path` is that of the rule. */
export function userReviewRule(expression: string, place: Place): ReviewRule<KubernetesUser> | undefined {
  const read = readExpression(expression, { environment: userEnvironment, reading: asFlag }, at(place));
  return read && { name: place.path, admits: (user) => read.evaluate(variablesOfUser(user)) };
}

const at = ({ path, onProblem }: Place): Place => ({ path: `${path}.expression`, onProblem });
