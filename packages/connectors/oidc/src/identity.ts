/** From what a provider says to an identity, in Dex's order. */
import { type Email, requireAllowedGroups } from '@ostiary/connector-sdk';
import { unbelievable } from '@ostiary/connector-sdk/oauth2';
import type { Claims, OpenIdAccount } from '@ostiary/connector-sdk/oidc';
import { OstiaryError } from '@ostiary/primitives';
import type { OidcConfig } from './config.ts';
import { newGroups, readGroups } from './groups.ts';

/** The documents of one login. Both are about the same `sub`; that has been checked. */
export interface Documents {
  readonly idToken: Claims;
  readonly userinfo?: Claims;
  /** The ID token is all there ever is, whatever `getUserInfo` says: somebody brought it for an exchange. */
  readonly isAlone?: boolean;
}

/**
 * Maps claims to an identity.
 *
 * @throws {OstiaryError} `upstream/protocol` naming a claim that is missing or has another form; `login/not_allowed`
 *   when none of the groups is in `allowedGroups`.
 */
export function identityOf(documents: Documents, config: OidcConfig): OpenIdAccount {
  const claims = { ...documents.idToken, ...documents.userinfo };
  const preferredUsername = mapped(claims, 'preferred_username', config);
  const email = emailOf(documents, config);
  return {
    userId: required('userIDKey', documents, config),
    username: required('userNameKey', documents, config),
    ...(typeof preferredUsername === 'string' && preferredUsername !== '' ? { preferredUsername } : {}),
    ...(email === undefined ? {} : { email }),
    groups: groupsOf(claims, config),
    claims,
  };
}

/** Many ID tokens hold little more than who it is; the rest is for who asks (OpenID Connect Core section 5.4). */
function required(
  option: 'userIDKey' | 'userNameKey',
  { idToken, userinfo, isAlone = false }: Documents,
  config: OidcConfig,
): string {
  const claim = config[option];
  const value = { ...idToken, ...userinfo }[claim];
  if (typeof value === 'string' && value !== '') return value;
  const canAsk = !isAlone && !config.getUserInfo;
  const remedy = `${canAsk ? 'set getUserInfo: true, or ' : ''}name another claim in ${option}`;
  throw unbelievable({ reason: `missing "${claim}" claim`, claim, remedy });
}

type Mapped = 'preferred_username' | 'email' | 'groups';

/** The name of the claim to read: the standard one, unless it is missing or the configuration overrides it. */
function claimName(claims: Claims, standard: Mapped, { claimMapping, overrideClaimMapping }: OidcConfig): string {
  const other = claimMapping[standard];
  return other !== undefined && (overrideClaimMapping || claims[standard] === undefined) ? other : standard;
}

function mapped(claims: Claims, standard: Mapped, config: OidcConfig): unknown {
  return claims[claimName(claims, standard, config)];
}

/**
 * The address, and whether the document that has it calls it verified. Another document's word does not count: it may
 * speak of another address.
 */
function emailOf({ idToken, userinfo }: Documents, config: OidcConfig): Email | undefined {
  const source = [userinfo, idToken].find((claims) => {
    const value = claims && mapped(claims, 'email', config);
    return typeof value === 'string' && value !== '';
  });
  if (source === undefined) return undefined;
  const { email_verified: verified } = source;
  const unsaid = verified === undefined && config.insecureSkipEmailVerified;
  return { address: String(mapped(source, 'email', config)), verified: verified === true || unsaid };
}

/**
 * The allow-list is enforced whether or not groups are handed on, and whether or not the client asked for them. Groups
 * made of claims are added after it, as in Dex.
 */
function groupsOf(claims: Claims, config: OidcConfig): readonly string[] {
  const { insecureEnableGroups, allowedGroups, claimModifications } = config;
  const made = newGroups(claims, claimModifications.newGroupFromClaims);
  if (!insecureEnableGroups && allowedGroups.length === 0) return made;
  const name = claimName(claims, 'groups', config);
  if (claims[name] === undefined && isElsewhere(claims, name)) throw tooManyGroups(name);
  const given = readGroups(claims[name], name).filter(
    (group) => claimModifications.groupsFilter?.matcher(group).find() ?? true,
  );
  const allowed = requireAllowedGroups(given, allowedGroups);
  const { prefix, suffix } = claimModifications;
  const handedOn = insecureEnableGroups ? allowed.map((group) => prefix + group + suffix) : [];
  return [...new Set([...handedOn, ...made])];
}

/**
 * True for groups that the token does not have but somebody has: named as a distributed claim (OpenID Connect Core
 * section 5.6.2), or, in tokens of Entra ID, by `hasgroups`. Entra leaves them out when they are more than 200.
 */
function isElsewhere(claims: Claims, name: string): boolean {
  const names = claims._claim_names;
  const isDistributed = typeof names === 'object' && names !== null && Object.hasOwn(names, name);
  return isDistributed || claims.hasgroups === true;
}

/** Taking them for none would quietly take rights away, or let an allow-list refuse who may come in. */
function tooManyGroups(claim: string): OstiaryError {
  const message = 'You are in more groups than the identity provider puts into a token. Tell your administrator.';
  const remedy = 'at Entra ID use the connector microsoft, or put only groups assigned to the application into tokens';
  return new OstiaryError('upstream/protocol', message, { detail: { reason: 'groups are left out', claim, remedy } });
}
