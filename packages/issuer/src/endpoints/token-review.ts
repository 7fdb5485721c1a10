import { isOstiaryError, type JsonObject, OstiaryError } from '@ostiary/primitives';
import { authenticateClient, requireConfidential } from '../checks/client.ts';
import type { Client, TokenReviewRules } from '../client.ts';
import type { IssuerContext } from '../context.ts';
import { defineEndpoint } from '../endpoint.ts';
import type { Endpoint } from '../issuer.ts';
import { readParameters } from '../parameters.ts';
import { compact } from '../records/stored-identity.ts';
import { jsonReply } from '../reply.ts';
import type { IssuerRequest } from '../request.ts';
import { readTokenReview, type TokenReviewQuestion } from '../requests/token-review.ts';
import { type IdToken, readIdToken } from '../tokens/id-token.ts';
import { kubernetesUser } from '../tokens/kubernetes-user.ts';
import { requirePerson } from '../tokens/person-of-token.ts';
import { requireRules } from '../tokens/review-rules.ts';

/**
 * `/token/review`, a token authentication webhook of Kubernetes: is this ID token good now, and who is it? Told to clients
 * that have rules for it. A token that is not good is an answer without a reason, which is for the log. It only reads.
 */
export function tokenReviewEndpoint(context: IssuerContext): Endpoint {
  return defineEndpoint({
    name: 'token_review',
    path: '/token/review',
    methods: ['POST'],
    cors: false,
    audience: 'program',
    reads: 'json',
    async handle(request) {
      const cluster = await authenticateCluster(request, context);
      const question = readTokenReview(request);
      const status = await statusOf(question, { cluster, log: request.log }, context);
      return jsonReply(200, { apiVersion: question.apiVersion, kind: 'TokenReview', status });
    },
  });
}

/** A client, and by which rules its cluster is answered. */
interface Cluster {
  readonly client: Client;
  readonly rules: TokenReviewRules;
}

/** The client is known before its question is looked at. An API server has HTTP Basic for it, and nothing else. */
async function authenticateCluster(request: IssuerRequest, { clients }: IssuerContext): Promise<Cluster> {
  const client = await authenticateClient({ params: readParameters(), request }, clients);
  requireConfidential(client, 'ask for reviews of tokens');
  const { tokenReview: rules } = client;
  if (rules !== undefined) return { client, rules };
  throw new OstiaryError(
    'oauth/invalid_client',
    'This client may not ask for reviews of tokens: it has no tokenReview.',
    {
      detail: { client: client.id },
    },
  );
}

async function statusOf(
  question: TokenReviewQuestion,
  { cluster, log }: { readonly cluster: Cluster; readonly log: IssuerRequest['log'] },
  context: IssuerContext,
): Promise<JsonObject> {
  const client = cluster.client.id;
  try {
    const token = await readIdToken(question.token, context);
    const audiences = sharedAudiences(question, token, cluster);
    requirePerson(token, cluster.client);
    const { claimMappings, claimValidationRules, userValidationRules } = cluster.rules;
    requireRules(claimValidationRules, token.claims, token);
    const user = kubernetesUser(token, claimMappings, cluster.client);
    requireRules(userValidationRules, user, token);
    // Every token comes here again and again, as often as the API server forgets it.
    log.debug('token.reviewed', { client, outcome: 'authenticated', tokenId: token.id });
    return compact({ authenticated: true, user, audiences });
  } catch (error) {
    if (!isOstiaryError(error, 'token/invalid')) throw error;
    log.info('token.reviewed', { client, outcome: 'refused', ...error.detail });
    return { authenticated: false };
  }
}

/**
 * The audiences to answer with: of those that were asked for, the ones that the token is for. A token for the cluster is
 * one for the API server, by whichever of its own names it calls itself.
 *
 * @returns `undefined` when none were asked for.
 * @throws {OstiaryError} `token/invalid` for a token that is not for this cluster, or not for who asks.
 */
function sharedAudiences(
  { audiences: asked }: TokenReviewQuestion,
  { id, audience }: IdToken,
  { client, rules }: Cluster,
): readonly string[] | undefined {
  const { audiences = [client.id], apiAudiences = [] } = rules;
  const own = audiences.filter((one) => audience.includes(one));
  const shared = asked.filter((one) => own.includes(one) || apiAudiences.includes(one));
  const reason = own.length === 0 ? 'audience' : asked.length > 0 && shared.length === 0 ? 'asked_audience' : undefined;
  if (reason === undefined) return asked.length === 0 ? undefined : shared;
  throw new OstiaryError('token/invalid', 'The token is meant for somebody else.', {
    // Names of an API server: an operator compares them with the configuration.
    detail: { reason, tokenId: id, ...(reason === 'audience' ? {} : { asked: asked.slice(0, 10) }) },
  });
}
