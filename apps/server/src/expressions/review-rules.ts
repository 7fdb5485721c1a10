/** Validation rules of a cluster as the functions that the issuer has for them: those of kube-apiserver. See docs/adr/0029. */
import type { KubernetesUser, ReviewRule } from '@ostiary/issuer';
import type { JsonObject } from '@ostiary/primitives';
import { tokenEnvironment, userEnvironment, variablesOfToken, variablesOfUser } from './environment.ts';
import { asFlag, type Place, readExpression } from './reading.ts';

/** A rule in CEL, as Kubernetes has it. */
export interface RuleInCel {
  readonly expression: string;
  readonly message?: string;
}

/** A rule about one claim, as Kubernetes has it. */
export interface RequiredClaim {
  readonly claim: string;
  readonly requiredValue: string;
}

/** A rule with the words of the operator: an API server can be told to keep it by itself. */
export interface WrittenRule<Subject, Words> extends ReviewRule<Subject> {
  readonly words: Words;
  /** `claims.email`, where an expression names that. */
  readonly names?: ReadonlySet<string>;
}

/** A rule about the claims of a token. */
export type ClaimReviewRule = WrittenRule<JsonObject, RuleInCel | RequiredClaim>;

/** A rule about the user that a token names. */
export type UserReviewRule = WrittenRule<KubernetesUser, RuleInCel>;

/** Reads a rule about claims; `undefined` when its problem was told. `path` is that of the rule. */
export function claimReviewRule(words: RuleInCel | RequiredClaim, place: Place): ClaimReviewRule | undefined {
  const name = place.path;
  if ('claim' in words) return { name, words, admits: (claims) => claims[words.claim] === words.requiredValue };
  const read = readExpression(words.expression, { environment: tokenEnvironment, reading: asFlag }, at(place));
  return read && { name, words, names: read.names, admits: (claims) => read.evaluate(variablesOfToken(claims)) };
}

/** Reads a rule about users; `undefined` when its problem was told. `path` is that of the rule. */
export function userReviewRule(words: RuleInCel, place: Place): UserReviewRule | undefined {
  const read = readExpression(words.expression, { environment: userEnvironment, reading: asFlag }, at(place));
  return read && { name: place.path, words, admits: (user) => read.evaluate(variablesOfUser(user)) };
}

const at = ({ path, onProblem }: Place): Place => ({ path: `${path}.expression`, onProblem });
