import { isJsonObject, type JsonObject, OstiaryError } from '@ostiary/primitives';
import type { IssuerRequest } from '../request.ts';

const apiVersions = ['authentication.k8s.io/v1', 'authentication.k8s.io/v1beta1'] as const;

/** What an API server wants to know (the TokenReview of Kubernetes, both versions). */
export interface TokenReviewQuestion {
  /** The answer has the same. */
  readonly apiVersion: (typeof apiVersions)[number];
  readonly token: string;
  /** Names that the asker answers to. Empty: it named none. */
  readonly audiences: readonly string[];
}

/**
 * Reads the body of a review. What is sent is not repeated in an error: it holds a token.
 *
 * @throws {OstiaryError} `oauth/invalid_request` for what is no TokenReview, or names no token.
 */
export function readTokenReview({ json }: IssuerRequest): TokenReviewQuestion {
  if (json === undefined) throw invalid('The body must be application/json.');
  const review = isJsonObject(json) ? json : {};
  const apiVersion = apiVersions.find((known) => known === review.apiVersion);
  if (apiVersion === undefined || review.kind !== 'TokenReview') {
    throw invalid(`The body must be a TokenReview of ${apiVersions.join(' or ')}.`);
  }
  const spec = isJsonObject(review.spec) ? review.spec : {};
  const { token } = spec;
  if (typeof token !== 'string' || token === '') {
    throw invalid('spec.token is missing. Put the token that is asked about there.');
  }
  return { apiVersion, token, audiences: readAudiences(spec) };
}

/** Go leaves a list out, or writes `null`, when nothing is in it. */
function readAudiences({ audiences }: JsonObject): readonly string[] {
  const list = audiences ?? [];
  if (Array.isArray(list) && list.every((one) => typeof one === 'string')) return list;
  throw invalid('spec.audiences must be a list of texts.');
}

const invalid = (message: string): OstiaryError => new OstiaryError('oauth/invalid_request', message);
