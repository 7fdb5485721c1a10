/** The same as the `--oidc-` flags of kube-apiserver, as far as they go. */
import type { PrefixedClaim } from '@ostiary/issuer';
import { OstiaryError } from '@ostiary/primitives';
import type { Authenticator, Mapping } from './authenticator.ts';

/**
 * The flags, a line each.
 *
 * @param caFile where the API server finds the authority of the issuer, if nobody else knows it.
 * @throws {OstiaryError} `config/invalid` for what only the file can say.
 */
export function apiServerFlags(authenticator: Authenticator, caFile: string | undefined): string {
  const { url, audience, algorithms, uid } = authenticator;
  const username = claimOf(authenticator.username, 'username');
  const groups = authenticator.groups && claimOf(authenticator.groups, 'groups');
  if (!('claim' in uid) || uid.claim !== 'sub') throw onlyInTheFile('uid');
  // To a flag, a prefix of "-" is none.
  if (username.prefix === '-') throw onlyInTheFile('a username prefix of "-"');
  const flags = [
    ['issuer-url', url],
    ['client-id', audience],
    ['username-claim', username.claim],
    ['username-prefix', usernamePrefix(username)],
    ['groups-claim', groups?.claim],
    ['groups-prefix', groups?.prefix || undefined],
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

const onlyInTheFile = (what: string): OstiaryError =>
  new OstiaryError('config/invalid', `--flags: there is no flag for ${what}. Leave --flags out: the file can say it.`);
