/** Makes the rules of a cluster of its `tokenReview`. */
import type { ClaimMappings, Client, PrefixedClaim, TokenReviewRules } from '@ostiary/issuer';
import type { z } from 'zod';
import { computedAttribute, computedText, computedTexts, type WrittenClaim } from '../expressions/computed-claim.ts';
import type { Place } from '../expressions/reading.ts';
import {
  type ClaimReviewRule,
  claimReviewRule,
  type RuleInCel,
  type UserReviewRule,
  userReviewRule,
} from '../expressions/review-rules.ts';
import type { Report } from './report.ts';
import type { tokenReview } from './token-review.ts';

type Block = z.infer<typeof tokenReview>;

/** The mappings as the file has them. */
export interface WrittenMappings extends ClaimMappings {
  readonly username: PrefixedClaim | WrittenClaim;
  readonly groups?: PrefixedClaim | WrittenClaim;
  readonly uid?: { readonly claim: string } | WrittenClaim;
  readonly extra?: Readonly<Record<string, WrittenClaim>>;
}

/** The rules of a cluster as the file has them. */
export interface WrittenReview extends TokenReviewRules {
  readonly claimMappings: WrittenMappings;
  readonly claimValidationRules?: readonly ClaimReviewRule[];
  readonly userValidationRules?: readonly UserReviewRule[];
}

/** The rules, for the issuer; what the block needs of its client goes into the report. */
export function readTokenReview(
  block: Block,
  { path, isPublic, report }: { readonly path: string; readonly isPublic: boolean; readonly report: Report },
): WrittenReview {
  if (isPublic) {
    const message = 'is set at a public client, which is never answered. Give it to a client with a secret.';
    report.problem(`${path}.tokenReview`, message);
  }
  const { audiences, apiAudiences, claimMappings } = block;
  const place: Place = { path: `${path}.tokenReview`, onProblem: report.problem };
  const claimValidationRules = readClaimRules(block.claimValidationRules, place);
  const userValidationRules = readUserRules(block.userValidationRules, place);
  const mappings = readMappings(claimMappings, { ...place, path: `${place.path}.claimMappings` });
  requireAskedAddress(mappings, claimValidationRules, place);
  return {
    ...(audiences.length === 0 ? {} : { audiences }),
    apiAudiences,
    claimMappings: mappings,
    ...(claimValidationRules.length === 0 ? {} : { claimValidationRules }),
    ...(userValidationRules.length === 0 ? {} : { userValidationRules }),
  };
}

/** Kubernetes' rule: who is named by an address is asked, in one of these expressions, whether it is verified. */
function requireAskedAddress(
  { username, extra = {} }: WrittenMappings,
  rules: readonly ClaimReviewRule[],
  { path, onProblem }: Place,
): void {
  if (!('names' in username) || !username.names.has('claims.email')) return;
  const asking = [username, ...Object.values(extra), ...rules];
  if (asking.some(({ names }) => names?.has('claims.email_verified') === true)) return;
  const message =
    'names claims.email, but nothing names claims.email_verified. Add it here, or as a rule in claimValidationRules, as Kubernetes wants it: claims.?email_verified.orValue(true)';
  onProblem(`${path}.claimMappings.username.expression`, message);
}

function readClaimRules(rules: Block['claimValidationRules'], { path, onProblem }: Place): readonly ClaimReviewRule[] {
  return rules.flatMap(({ claim = '', requiredValue = '', expression, message }, index) => {
    const words = expression === undefined ? { claim, requiredValue } : inCel(expression, message);
    return claimReviewRule(words, { path: `${path}.claimValidationRules[${index}]`, onProblem }) ?? [];
  });
}

function readUserRules(rules: Block['userValidationRules'], { path, onProblem }: Place): readonly UserReviewRule[] {
  return rules.flatMap(({ expression, message }, index) => {
    const place = { path: `${path}.userValidationRules[${index}]`, onProblem };
    return userReviewRule(inCel(expression, message), place) ?? [];
  });
}

const inCel = (expression: string, message: string | undefined): RuleInCel =>
  message === undefined ? { expression } : { expression, message };

function readMappings(
  { username, groups, uid, extra }: Block['claimMappings'],
  { path, onProblem }: Place,
): WrittenMappings {
  const at = (key: string): Place => ({ path: `${path}.${key}.expression`, onProblem });
  const read = <T extends { readonly expression?: string }>(
    block: T,
    key: string,
    compute: (source: string, place: Place) => WrittenClaim | undefined,
  ): WrittenClaim | undefined => (block.expression === undefined ? undefined : compute(block.expression, at(key)));
  return {
    username: read(username, 'username', computedText) ?? claimOf(username),
    ...(groups === undefined ? {} : { groups: read(groups, 'groups', computedTexts) ?? claimOf(groups) }),
    ...(uid === undefined ? {} : { uid: read(uid, 'uid', computedText) ?? { claim: claimOf(uid).claim } }),
    ...(extra === undefined ? {} : { extra: readAttributes(extra, { path, onProblem }) }),
  };
}

function readAttributes(
  list: NonNullable<Block['claimMappings']['extra']>,
  { path, onProblem }: Place,
): NonNullable<WrittenMappings['extra']> {
  const read = list.map(({ key, valueExpression }, index) => {
    const place = { path: `${path}.extra[${index}].valueExpression`, onProblem };
    return [key, computedAttribute(valueExpression, place)] as const;
  });
  return Object.fromEntries(read.flatMap(([key, source]) => (source === undefined ? [] : [[key, source]])));
}

/** What the schema has seen to be there, where there is no expression. */
const claimOf = ({ claim: name = '', prefix: before = '' }: { readonly claim?: string; readonly prefix?: string }) => ({
  claim: name,
  prefix: before,
});

/** An audience that is no client's id is one that no token has. */
export function strayAudiences({ tokenReview: rules }: Client, ids: readonly string[]): readonly string[] {
  return (rules?.audiences ?? []).filter((audience) => !ids.includes(audience));
}
