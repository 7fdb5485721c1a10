/** `staticClients[].tokenReview`: the rules by which a cluster is answered. Keys that kube-apiserver has are spelled as there. */
import { keepEmpty, text, textLike } from '@ostiary/connector-sdk/config';
import { z } from 'zod';

const claim = text().describe('Name of a claim of the ID token.');
const expression = text().exactOptional().describe('CEL on claims instead of claim and prefix, as in Kubernetes.');

/** Names of Kubernetes' own parts: they would be refused one by one. */
const prefix = z
  .string()
  .refine(
    (value) => !value.startsWith('system:'),
    'begins with system:, which is for Kubernetes itself: nobody would be let in. Write another.',
  )
  .describe('What is put before it. Required with claim, as in Kubernetes; "" for nothing.')
  .meta(keepEmpty);

const besides = 'is set besides expression. Keep one of them.';

/** One of the two ways, whole. */
function checkWay(
  block: { readonly claim?: string; readonly prefix?: string; readonly expression?: string },
  context: z.core.$RefinementCtx,
  keys: readonly ('claim' | 'prefix')[],
): void {
  for (const key of keys) {
    const isSet = block[key] !== undefined;
    if (isSet === (block.expression === undefined)) continue;
    const message = isSet ? besides : key === 'claim' ? 'is missing. Add it, or expression.' : 'is missing. Add it.';
    context.addIssue({ code: 'custom', path: [key], message });
  }
}

/** The name of a claim with a prefix, or an expression, as Kubernetes has them. */
export const prefixed = z
  .object({ claim: claim.exactOptional(), prefix: prefix.exactOptional(), expression })
  .superRefine((block, context) => checkWay(block, context, ['claim', 'prefix']));

const plain = z
  .object({ claim: claim.exactOptional(), expression })
  .superRefine((block, context) => checkWay(block, context, ['claim']));

/** Kubernetes' rule: a path below a domain, and no domain of its own. */
const attributeKey = textLike(
  /^(?=[^/]{1,253}\/)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/[-a-z0-9._~%!$&'()*+,;=:/]+$/u,
  'is no path below a domain, in lower case. Write it like example.com/team.',
)
  .refine(
    (key) => !/^([^/]*\.)?(kubernetes|k8s)\.io\//u.test(key),
    'is below a domain of Kubernetes itself. Use one of yours.',
  )
  .describe('Like example.com/team.');

/** Kubernetes' rule for lists: no API server starts with a file that says the same thing twice. */
function refuseTwice<Key extends string>(
  key: Key,
): (list: readonly { readonly [key in Key]?: string }[], context: z.core.$RefinementCtx) => void {
  return (list, context) => {
    const seen = new Set<string>();
    for (const [index, { [key]: value }] of list.entries()) {
      if (value === undefined) continue;
      if (seen.has(value)) {
        context.addIssue({ code: 'custom', path: [index, key], message: 'is there twice. Keep one of them.' });
      }
      seen.add(value);
    }
  };
}

const attributes = z
  .array(
    z.object({
      key: attributeKey,
      valueExpression: text().describe('CEL on claims that comes to a text or a list of texts; empty is none.'),
    }),
  )
  .superRefine(refuseTwice('key'));

const message = text().exactOptional().describe('For who reads the file: whom it refuses learns no reason.');

const claimRules = z
  .array(
    z
      .object({
        claim: claim.exactOptional(),
        requiredValue: z.string().describe('The text that the claim must be.').meta(keepEmpty).exactOptional(),
        expression: text().exactOptional().describe('CEL on claims instead of claim and requiredValue.'),
        message,
      })
      .superRefine(({ claim: name, requiredValue, expression: source }, context) => {
        const issue = (key: string, text: string): void =>
          context.addIssue({ code: 'custom', path: [key], message: text });
        if (source !== undefined && name !== undefined) issue('claim', besides);
        if (source !== undefined && requiredValue !== undefined) issue('requiredValue', besides);
        if (source === undefined && name === undefined) issue('claim', 'is missing. Add it, or expression.');
        if (source === undefined && requiredValue === undefined) issue('requiredValue', 'is missing. Add it.');
      }),
  )
  .superRefine(refuseTwice('claim'))
  .superRefine(refuseTwice('expression'));

const userRules = z
  .array(z.object({ expression: text().describe('CEL on user, with username, uid, groups and extra.'), message }))
  .superRefine(refuseTwice('expression'));

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
        uid: plain.exactOptional().describe('The id. Without it sub.'),
        extra: attributes.exactOptional().describe('Further attributes of the user.'),
      })
      .describe('Who people are in the cluster, as in the AuthenticationConfiguration of kube-apiserver.'),
    claimValidationRules: claimRules.default([]).describe('What a token must say, as in Kubernetes. All must hold.'),
    userValidationRules: userRules.default([]).describe('What its user must be, as in Kubernetes. All must hold.'),
  })
  .describe('The client is a cluster that asks whether ID tokens are good. It needs a secret.');
