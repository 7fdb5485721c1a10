/** `expression` in the `claimMappings` of a cluster as the function that the issuer has for it. See docs/adr/0029. */
import type { ComputedClaim } from '@ostiary/issuer';
import type { Json } from '@ostiary/primitives';
import { tokenEnvironment, variablesOfToken } from './environment.ts';
import { asText, asTexts, type Place, type Reading, readExpression } from './reading.ts';

/** Kubernetes' rule: who is named by an address is asked whether it is verified. */
const unasked =
  'names claims.email, but not claims.email_verified. Add it, as Kubernetes wants it: claims.?email_verified.orValue(true)';

/** Reads what a name or an id is worked out by; `undefined` when its problem was told. */
export function computedText(expression: string, place: Place): ComputedClaim | undefined {
  return computed(expression, asText, place);
}

/** Reads what groups are worked out by; `undefined` when its problem was told. */
export function computedTexts(expression: string, place: Place): ComputedClaim | undefined {
  return computed<Json>(expression, { ...asTexts, as: (value) => [...asTexts.as(value)] }, place);
}

/** A user name: {@link computedText}, with Kubernetes' rule about addresses. */
export function computedUsername(expression: string, place: Place): ComputedClaim | undefined {
  const read = readExpression(expression, { environment: tokenEnvironment, reading: asText }, place);
  if (read?.names.has('claims.email') === true && !read.names.has('claims.email_verified')) {
    place.onProblem(place.path, unasked);
  }
  return read && { compute: (claims) => read.evaluate(variablesOfToken(claims)) };
}

function computed<T extends Json>(expression: string, reading: Reading<T>, place: Place): ComputedClaim | undefined {
  const read = readExpression(expression, { environment: tokenEnvironment, reading }, place);
  return read && { compute: (claims) => read.evaluate(variablesOfToken(claims)) };
}
