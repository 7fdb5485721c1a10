/** `userValidationRules` and `tokenClaims` as the functions that the issuer has for them. See docs/adr/0029. */
import type { ClaimRule, PersonRule } from '@ostiary/issuer';
import { askingEnvironment, variablesOfFacts } from './environment.ts';
import { asFlag, asJson, type Place, readExpression } from './reading.ts';

/** A rule about people, as Kubernetes has them in its `AuthenticationConfiguration`. */
export interface RuleExpression {
  readonly expression: string;
  /** What who is refused reads. */
  readonly message?: string;
}

/** A rule that was read. */
export interface ReadRule {
  readonly rule: PersonRule;
  /** Whether it goes by what a mapping has found out, which no token tells. */
  readonly usesExtra: boolean;
}

/** Reads a rule; `undefined` when its problem was told. `path` is that of the rule. */
export function personRule({ expression, message }: RuleExpression, { path, onProblem }: Place): ReadRule | undefined {
  const wanted = { environment: askingEnvironment, reading: asFlag };
  const read = readExpression(expression, wanted, { path: `${path}.expression`, onProblem });
  if (read === undefined) return undefined;
  const rule: PersonRule = {
    name: path,
    ...(message === undefined ? {} : { message }),
    admits: (facts) => read.evaluate(variablesOfFacts(facts)),
  };
  return { rule, usesExtra: read.names.has('identity.extra') };
}

/** Reads what a claim says; `undefined` when its problem was told. */
export function claimRule(expression: string, place: Place): ClaimRule | undefined {
  const read = readExpression(expression, { environment: askingEnvironment, reading: asJson }, place);
  return read && ((facts) => read.evaluate(variablesOfFacts(facts)));
}
