import { type Json, OstiaryError } from '@ostiary/primitives';
import type { ClaimMappings, Client, ComputedClaim, PrefixedClaim } from '../client.ts';
import { releasedGroups } from '../policy/people.ts';
import { RESERVED } from '../policy/rules.ts';
import type { IdToken } from './id-token.ts';

/** Who somebody is to Kubernetes: `UserInfo` of its API `authentication.k8s.io`. */
export interface KubernetesUser {
  readonly username: string;
  readonly uid: string;
  readonly groups: readonly string[];
  readonly extra: { readonly [key: string]: readonly string[] };
}

/** Where kube-apiserver keeps the id of a token that it has verified itself; audit logs have it. */
const CREDENTIAL_ID = 'authentication.kubernetes.io/credential-id';

/**
 * The user that a token names, by the rules that kube-apiserver has for an issuer in its `AuthenticationConfiguration`.
 * Stricter than there: without a name in the claim nobody is named by the prefix alone, and no name or group may be one of
 * Kubernetes' own, prefix included.
 *
 * @param cluster who is told, which may hear of some groups only.
 * @throws {OstiaryError} `token/invalid`, with the claim in its detail, for a token that names nobody by these rules.
 */
export function kubernetesUser(
  { id, claims }: IdToken,
  mappings: ClaimMappings,
  cluster: Pick<Client, 'tokenGroups'> = {},
): KubernetesUser {
  const refuse = (reason: string, claim: string, failure?: string): OstiaryError =>
    new OstiaryError('token/invalid', 'The token names no user of this cluster.', {
      detail: { reason, claim, tokenId: id, ...(failure === undefined ? {} : { failure }) },
    });
  const said = (source: Source): Json | undefined => {
    if (!('compute' in source)) return claims[source.claim];
    try {
      return source.compute(claims);
    } catch (error) {
      throw refuse('rule', nameOf(source), error instanceof Error ? error.message : 'no error was thrown');
    }
  };
  const textOf = (source: Source): string => {
    const value = said(source);
    if (typeof value === 'string' && value !== '') return value;
    throw refuse('claim', nameOf(source));
  };
  const { username, groups, uid = { claim: 'sub' } } = mappings;
  const name = `${prefixOf(username)}${textOf(username)}`;
  const { email_verified: verified = true } = claims;
  if (nameOf(username) === 'email' && verified !== true) throw refuse('email_verified', 'email');
  if (name.startsWith(RESERVED)) throw refuse('reserved_name', nameOf(username));
  const members = groups === undefined ? [] : groupsOf(said(groups), prefixOf(groups), cluster);
  if (groups !== undefined && members === undefined) throw refuse('claim', nameOf(groups));
  const attributes = Object.entries(mappings.extra ?? {}).map(([key, source]) => {
    const texts = textsOf(said(source));
    if (texts === undefined) throw refuse('claim', `extra ${key}`);
    return [key, texts] as const;
  });
  return {
    username: name,
    uid: textOf(uid),
    groups: members ?? [],
    extra: {
      ...Object.fromEntries(attributes.filter(([, texts]) => texts.length > 0)),
      [CREDENTIAL_ID]: [`JTI=${id}`],
    },
  };
}

/** Where a part of a user comes from. */
type Source = PrefixedClaim | ComputedClaim | { readonly claim: string };

const nameOf = (source: Source): string => ('claim' in source ? source.claim : 'expression');

const prefixOf = (source: Source): string => ('prefix' in source ? source.prefix : '');

/** One text may stand alone, an empty one is none. @returns `undefined` for what is no list of texts. */
function textsOf(value: Json | undefined): readonly string[] | undefined {
  const texts = [value ?? []].flat();
  return texts.every((text) => typeof text === 'string') ? texts.filter((text) => text !== '') : undefined;
}

/** @returns `undefined` for what is no list of names. */
function groupsOf(
  value: Json | undefined,
  prefix: string,
  cluster: Pick<Client, 'tokenGroups'>,
): readonly string[] | undefined {
  const names = textsOf(value);
  return (
    names &&
    releasedGroups(names, [cluster])
      .map((name) => `${prefix}${name}`)
      .filter((group) => !group.startsWith(RESERVED))
  );
}
