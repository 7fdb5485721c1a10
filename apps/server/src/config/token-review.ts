/** `staticClients[].tokenReview`: the rules by which a cluster is answered. Keys that kube-apiserver has are spelled as there. */
import { text } from '@ostiary/connector-sdk/config';
import type { Client, TokenReviewRules } from '@ostiary/issuer';
import { z } from 'zod';
import type { Report } from './report.ts';

const claim = text().describe('Name of a claim of the ID token.');
const expression = z
  .unknown()
  .refine(() => false, 'is CEL, which is not evaluated here. Write claim with the name of a claim, and prefix.')
  .exactOptional()
  .describe('Refused: CEL is not evaluated here.');

/** Names of Kubernetes' own parts: they would be refused one by one. */
const prefix = z
  .string()
  .refine(
    (value) => !value.startsWith('system:'),
    'begins with system:, which is for Kubernetes itself: nobody would be let in. Write another.',
  )
  .describe('What is put before it. Required with claim, as in Kubernetes; "" for nothing.');

const prefixed = z.object({ claim, prefix, expression });

export const tokenReview = z
  .object({
    audiences: z
      .array(text())
      .default([])
      .describe('Client ids of which a token must have one as an audience. Without it the id of this client.'),
    apiAudiences: z
      .array(text())
      .default([])
      .describe('Names by which the API server asks for itself: its --api-audiences, or --service-account-issuer.'),
    claimMappings: z
      .object({
        username: prefixed.describe('The name. With the claim email, email_verified must not be false.'),
        groups: prefixed.exactOptional().describe('The groups: a list of texts, or one. Without it nobody has any.'),
        uid: z.object({ claim, expression }).exactOptional().describe('The id. Without it sub.'),
      })
      .describe('Who people are in the cluster, as in the AuthenticationConfiguration of kube-apiserver.'),
  })
  .describe('The client is a cluster that asks whether ID tokens are good. It needs a secret.');

/** The rules, for the issuer; what the block needs of its client goes into the report. */
export function readTokenReview(
  block: z.infer<typeof tokenReview>,
  { path, isPublic, report }: { readonly path: string; readonly isPublic: boolean; readonly report: Report },
): TokenReviewRules {
  if (isPublic) {
    const message = 'is set at a public client, which is never answered. Give it to a client with a secret.';
    report.problem(`${path}.tokenReview`, message);
  }
  const { audiences, apiAudiences, claimMappings } = block;
  return { ...(audiences.length === 0 ? {} : { audiences }), apiAudiences, claimMappings };
}

/** An audience that is no client's id is one that no token has. */
export function strayAudiences({ tokenReview: rules }: Client, ids: readonly string[]): readonly string[] {
  return (rules?.audiences ?? []).filter((audience) => !ids.includes(audience));
}
