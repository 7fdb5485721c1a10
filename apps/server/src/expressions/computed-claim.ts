/** `expression` in the `claimMappings` of a cluster as the function that the issuer has for it. See docs/adr/0029. */
import type { ComputedClaim } from '@ostiary/issuer';
import type { Json } from '@ostiary/primitives';
import { tokenEnvironment, variablesOfToken } from './environment.ts';
import {
  asAttribute,
  asText,
  asTexts,
  type Place,
  type ReadExpression,
  type Reading,
  readExpression,
} from './reading.ts';

/** A claim that is worked out, with the words of the operator: an API server can be told to do it by itself. */
export interface WrittenClaim extends ComputedClaim {
  readonly expression: string;
}

/** Kubernetes' rule: who is named by an address is asked whether it is verified. */
const unasked =
  'names claims.email, but not claims.email_verified. Add it, as Kubernetes wants it: claims.?email_verified.orValue(true)';

/** Reads what an id is worked out by; `undefined` when its problem was told. */
export const computedText = (expression: string, place: Place): WrittenClaim | undefined =>
  asClaim(expression, readOf(expression, asText, place));

/** Reads what groups are worked out by; `undefined` when its problem was told. */
export const computedTexts = (expression: string, place: Place): WrittenClaim | undefined =>
  asClaim(expression, readOf(expression, asTexts, place));

/** Reads what an attribute is worked out by; `undefined` when its problem was told. */
export const computedAttribute = (expression: string, place: Place): WrittenClaim | undefined =>
  asClaim(expression, readOf(expression, asAttribute, place));

/** A user name: {@link computedText}, with Kubernetes' rule about addresses. */
export function computedUsername(expression: string, place: Place): WrittenClaim | undefined {
  const read = readOf(expression, asText, place);
  if (read?.names.has('claims.email') === true && !read.names.has('claims.email_verified')) {
    place.onProblem(place.path, unasked);
  }
  return asClaim(expression, read);
}

const readOf = <T>(expression: string, reading: Reading<T>, place: Place): ReadExpression<T> | undefined =>
  readExpression(expression, { environment: tokenEnvironment, reading }, place);

const asClaim = (expression: string, read: ReadExpression<Json> | undefined): WrittenClaim | undefined =>
  read && { expression, compute: (claims) => read.evaluate(variablesOfToken(claims)) };
