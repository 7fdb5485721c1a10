import type { JsonObject } from '@ostiary/primitives';
import { createMinter, type Minted, type Minter, type TokenInput } from '@ostiary/token-core';
import type { Client } from '../client.ts';
import type { IssuerOptions } from '../options.ts';
import { Permit } from '../policy/permit.ts';
import type { TokenIds } from './token-id.ts';

/** What belongs to this issue of tokens and not to the person. */
export interface IssueOptions {
  readonly nonce?: string | undefined;
  /** Seconds since the epoch. Absent: nobody has logged in. */
  readonly authTime?: number | undefined;
  /** The session of the browser: `sid`. */
  readonly sessionId?: string | undefined;
  /** The authorization code that is being redeemed: `c_hash`. */
  readonly code?: string;
  /** Chosen by the caller, who must be able to revoke what has them. */
  readonly tokenIds: TokenIds;
  readonly refreshToken?: string;
  /** Without an ID token. */
  readonly accessTokenAlone?: boolean;
}

/** The token types (RFC 8693 section 3) that can be asked for one at a time. The first one is meant when none is named. */
export const tokenTypes = [
  'urn:ietf:params:oauth:token-type:access_token',
  'urn:ietf:params:oauth:token-type:id_token',
] as const;

/** One of {@link tokenTypes}. */
export type TokenType = (typeof tokenTypes)[number];

/** Which token is wanted where it is only one. */
export interface IssueOneOptions {
  readonly type: TokenType;
  /** Seconds since the epoch; absent when nobody knows. */
  readonly authTime?: number | undefined;
  /** `jti` */
  readonly tokenId: string;
}

export interface IssuedTokens {
  /** A token response (RFC 6749 section 5.1, OpenID Connect Core section 3.1.3.3, RFC 8693 section 2.2.1). */
  readonly body: JsonObject;
  readonly connectorId: string;
  /** Absent when only an ID token was issued. */
  readonly accessTokenId?: string;
  /** Absent when only an access token was issued. */
  readonly idTokenId?: string;
}

/** Whose session is over. */
export interface EndedSession {
  readonly subject: string;
  /** `sid` */
  readonly sessionId: string;
}

/** Mints tokens. Those that let somebody in want a permit, so no grant can forget to ask policy. */
export interface TokenIssuer {
  /** An access token and an ID token. */
  issueTokens(permit: Permit, options: IssueOptions): Promise<IssuedTokens>;
  /** One of them, in `access_token` whatever it is (RFC 8693 section 2.2.1). */
  issueOneToken(permit: Permit, options: IssueOneOptions): Promise<IssuedTokens>;
  /** A logout token: it lets nobody in, so it wants no permit. */
  issueLogoutToken(client: Client, ended: EndedSession): Promise<string>;
}

/** What minting takes besides a permit. */
type Minting = Pick<IssuerOptions, 'lifetimes'> & { readonly minter: Minter };

/** The only holder of a minter: tokens leave through these functions or not at all. */
export function tokenIssuer(options: IssuerOptions): TokenIssuer {
  const minting = { minter: createMinter(options), lifetimes: options.lifetimes };
  return {
    issueTokens: (permit, issue) => issueTokens(permit, issue, minting),
    issueOneToken: (permit, issue) => issueOneToken(permit, issue, minting),
    issueLogoutToken: async ({ id, signingAlgorithm: algorithm }, ended) => {
      const signed = algorithm === undefined ? {} : { algorithm };
      return (await minting.minter.logoutToken({ ...ended, ...signed, clientId: id })).token;
    },
  };
}

/** What an ID token and an access token have in common. */
function commonOf(
  permit: Permit,
  { authTime, sessionId }: Partial<Pick<IssueOptions, 'authTime' | 'sessionId'>>,
  { lifetimes }: Minting,
): TokenInput {
  Permit.assert(permit);
  const { client, subject, audience, claims } = permit;
  return {
    subject,
    audience,
    lifetimeSeconds: client.idTokenLifetime ?? lifetimes.idToken,
    claims,
    ...(authTime === undefined ? {} : { authTime: new Date(authTime * 1000) }),
    ...(sessionId === undefined ? {} : { sessionId }),
    ...(audience.length > 1 ? { authorizedParty: client.id } : {}),
    ...(client.signingAlgorithm === undefined ? {} : { algorithm: client.signingAlgorithm }),
  };
}

/** What an access token has besides. */
const accessOf = ({ client, scopes }: Permit, tokenId: string) => ({ clientId: client.id, scope: scopes, tokenId });

async function issueTokens(permit: Permit, options: IssueOptions, minting: Minting): Promise<IssuedTokens> {
  const { minter } = minting;
  const common = commonOf(permit, options, minting);
  const access = await minter.accessToken({ ...common, ...accessOf(permit, options.tokenIds.access) });
  const id =
    options.accessTokenAlone === true ? undefined : await idTokenBeside(access.token, { common, options }, minter);
  return {
    body: {
      access_token: access.token,
      token_type: 'bearer',
      expires_in: common.lifetimeSeconds,
      ...(options.refreshToken === undefined ? {} : { refresh_token: options.refreshToken }),
      ...(id === undefined ? {} : { id_token: id.token }),
      ...(permit.scopes.length === 0 ? {} : { scope: permit.scopes.join(' ') }),
    },
    connectorId: permit.connectorId,
    accessTokenId: access.jti,
    ...(id === undefined ? {} : { idTokenId: id.jti }),
  };
}

function idTokenBeside(
  accessToken: string,
  { common, options }: { readonly common: TokenInput; readonly options: IssueOptions },
  minter: Minter,
): Promise<Minted> {
  const { nonce, code, tokenIds } = options;
  return minter.idToken({
    ...common,
    tokenId: tokenIds.id,
    accessToken,
    ...(nonce === undefined ? {} : { nonce }),
    ...(code === undefined ? {} : { code }),
  });
}

async function issueOneToken(permit: Permit, options: IssueOneOptions, minting: Minting): Promise<IssuedTokens> {
  const { type, authTime, tokenId } = options;
  const { minter } = minting;
  const common = commonOf(permit, authTime === undefined ? {} : { authTime }, minting);
  const isIdToken = type === 'urn:ietf:params:oauth:token-type:id_token';
  const { token, jti } = isIdToken
    ? await minter.idToken({ ...common, tokenId })
    : await minter.accessToken({ ...common, ...accessOf(permit, tokenId) });
  return {
    body: {
      access_token: token,
      issued_token_type: type,
      // An ID token, too, is shown as a bearer token to who it is for, as kube-apiserver wants it.
      token_type: 'bearer',
      expires_in: common.lifetimeSeconds,
      ...(permit.scopes.length === 0 ? {} : { scope: permit.scopes.join(' ') }),
    },
    connectorId: permit.connectorId,
    ...(isIdToken ? { idTokenId: jti } : { accessTokenId: jti }),
  };
}
