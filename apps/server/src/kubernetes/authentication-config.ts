/** The file of `kube-apiserver --authentication-config`. */
import { Document, Scalar } from 'yaml';
import type { RequiredClaim, RuleInCel } from '../expressions/review-rules.ts';
import type { Authenticator } from './authenticator.ts';

/** `v1` needs Kubernetes 1.34, `v1beta1` 1.30. */
export const versions = ['v1', 'v1beta1'] as const;

/** How the file is written. */
export interface FileOptions {
  readonly version: (typeof versions)[number];
  /** In PEM; absent where the certificate of the issuer is from an authority that everybody knows. */
  readonly certificateAuthority?: string | undefined;
}

/** Names that are Kubernetes' own: the API server would take them for its parts, with all their rights. */
const nobodyOfKubernetes = [
  { expression: "!user.username.startsWith('system:')", message: 'the name is one of Kubernetes itself' },
  {
    expression: "user.groups.all(group, !group.startsWith('system:'))",
    message: 'a group is one of Kubernetes itself',
  },
];

/** An address that somebody merely claims to have must name nobody. With an expression, it has to ask for that itself. */
const verifiedAddress = { expression: 'claims.email_verified == true', message: 'the address is not verified' };

/** Writes the file. Texts are in quotes: YAML 1.1, which the API server reads, makes a boolean of a client named `on`. */
export function authenticationConfig(
  { url, audience, username, groups, uid, extra, ...rules }: Authenticator,
  { version, certificateAuthority }: FileOptions,
): string {
  const isByAddress = 'claim' in username && username.claim === 'email';
  const claimRules = withOurs(isByAddress ? [verifiedAddress] : [], rules.claimValidationRules);
  const entry = {
    issuer: {
      url,
      audiences: [audience],
      ...(certificateAuthority === undefined ? {} : { certificateAuthority: block(certificateAuthority) }),
    },
    claimMappings: { username, ...(groups === undefined ? {} : { groups }), uid, ...attributesOf(extra) },
    ...(claimRules.length === 0 ? {} : { claimValidationRules: claimRules }),
    userValidationRules: withOurs(nobodyOfKubernetes, rules.userValidationRules),
  };
  const file = { apiVersion: word(`apiserver.config.k8s.io/${version}`), kind: word('AuthenticationConfiguration') };
  const text = { lineWidth: 0, defaultKeyType: 'PLAIN', defaultStringType: 'QUOTE_DOUBLE' } as const;
  return new Document({ ...file, jwt: [entry] }).toString({ ...text, doubleQuotedAsJSON: true });
}

/** No API server takes an expression twice: one of ours that the operator has, too, stands there in their words. */
function withOurs<Rule extends RuleInCel | RequiredClaim>(
  ours: readonly RuleInCel[],
  theirs: readonly Rule[] = [],
): readonly (RuleInCel | Rule)[] {
  const said = new Set(theirs.flatMap((rule) => ('expression' in rule ? [rule.expression] : [])));
  return [...ours.filter(({ expression }) => !said.has(expression)), ...theirs];
}

function attributesOf(extra: Authenticator['extra']): object {
  const list = Object.entries(extra ?? {}).map(([key, valueExpression]) => ({ key, valueExpression }));
  return list.length === 0 ? {} : { extra: list };
}

const word = (text: string): Scalar => scalar(text, 'PLAIN');

const block = (text: string): Scalar => scalar(text, 'BLOCK_LITERAL');

function scalar(text: string, type: 'PLAIN' | 'BLOCK_LITERAL'): Scalar {
  const node = new Scalar(text);
  node.type = type;
  return node;
}
