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
  /** `claims.email`, where it names that. */
  readonly names: ReadonlySet<string>;
}

/** Reads what a name or an id is worked out by; `undefined` when its problem was told. */
export const computedText = (expression: string, place: Place): WrittenClaim | undefined =>
  asClaim(expression, readOf(expression, asText, place));

/** Reads what groups are worked out by; `undefined` when its problem was told. */
export const computedTexts = (expression: string, place: Place): WrittenClaim | undefined =>
  asClaim(expression, readOf(expression, asTexts, place));

/** Reads what an attribute is worked out by; `undefined` when its problem was told. */
export const computedAttribute = (expression: string, place: Place): WrittenClaim | undefined =>
  asClaim(expression, readOf(expression, asAttribute, place));

const readOf = <T>(expression: string, reading: Reading<T>, place: Place): ReadExpression<T> | undefined =>
  readExpression(expression, { environment: tokenEnvironment, reading }, place);

const asClaim = (expression: string, read: ReadExpression<Json> | undefined): WrittenClaim | undefined =>
  read && { expression, names: read.names, compute: (claims) => read.evaluate(variablesOfToken(claims)) };
