/** The same as the `--oidc-` flags of kube-apiserver, as far as they go. */
import type { PrefixedClaim } from '@ostiary/issuer';
import { OstiaryError } from '@ostiary/primitives';
import type { RequiredClaim, RuleInCel } from '../expressions/review-rules.ts';
import type { Authenticator, Mapping } from './authenticator.ts';

/**
 * The flags, a line each.
 *
 * @param caFile where the API server finds the authority of the issuer, if nobody else knows it.
 * @throws {OstiaryError} `config/invalid` for what only the file can say.
 */
export function apiServerFlags(authenticator: Authenticator, caFile: string | undefined): string {
  const { url, audience, algorithms, uid, extra, userValidationRules } = authenticator;
  const username = claimOf(authenticator.username, 'username');
  const groups = authenticator.groups && claimOf(authenticator.groups, 'groups');
  if (!('claim' in uid) || uid.claim !== 'sub') throw onlyInTheFile('uid');
  if (extra !== undefined) throw onlyInTheFile('extra');
  if (userValidationRules !== undefined) throw onlyInTheFile('userValidationRules');
  // To a flag, a prefix of "-" is none.
  if (username.prefix === '-') throw onlyInTheFile('a username prefix of "-"');
  const flags = [
    ['issuer-url', url],
    ['client-id', audience],
    ['username-claim', username.claim],
    ['username-prefix', usernamePrefix(username)],
    ['groups-claim', groups?.claim],
    ['groups-prefix', groups?.prefix || undefined],
    ...(authenticator.claimValidationRules ?? []).map((rule) => ['required-claim', requiredClaim(rule)]),
    ['signing-algs', algorithms.every((one) => one === 'RS256') ? undefined : algorithms.join(',')],
    ['ca-file', caFile],
  ];
  return flags.flatMap(([name, value]) => (value === undefined ? [] : [`--oidc-${name}=${value}\n`])).join('');
}

/** Without one, the API server puts the issuer before every name that is no address. */
const usernamePrefix = ({ claim, prefix }: PrefixedClaim): string | undefined =>
  prefix === '' ? (claim === 'email' ? undefined : '-') : prefix;

function claimOf(mapping: Mapping, what: string): PrefixedClaim {
  if ('claim' in mapping) return mapping;
  throw onlyInTheFile(`an expression for ${what}`);
}

/** A flag has one sign between the two, and a list of claims in one flag. */
function requiredClaim(rule: RuleInCel | RequiredClaim): string {
  if (!('claim' in rule)) throw onlyInTheFile('an expression in claimValidationRules');
  const { claim, requiredValue } = rule;
  if (/[,=]/u.test(claim + requiredValue)) throw onlyInTheFile('a required claim with a comma or "="');
  return `${claim}=${requiredValue}`;
}

const onlyInTheFile = (what: string): OstiaryError =>
  new OstiaryError('config/invalid', `--flags: there is no flag for ${what}. Leave --flags out: the file can say it.`);
