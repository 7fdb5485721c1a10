import type { JsonObject } from '@ostiary/primitives';
import { createMinter, type Minter } from '@ostiary/token-core';
import type { IssuerOptions } from '../options.ts';
import { Permit } from '../policy/permit.ts';

/** What belongs to this issue of tokens and not to the person. */
export interface IssueOptions {
  readonly nonce?: string | undefined;
  /** Seconds since the epoch. */
  readonly authTime: number;
  /** The authorization code that is being redeemed: `c_hash`. */
  readonly code?: string;
  /** `jti` of the access token, chosen by the caller who must be able to revoke it. */
  readonly accessTokenId: string;
  readonly refreshToken?: string;
}

export interface IssuedTokens {
  /** A token response (RFC 6749 section 5.1, OpenID Connect Core section 3.1.3.3). */
  readonly body: JsonObject;
  readonly connectorId: string;
  readonly accessTokenId: string;
  readonly idTokenId: string;
}

/** Mints an access token and an ID token. Wants a permit, so no grant can forget to ask policy. */
export type IssueTokens = (permit: Permit, options: IssueOptions) => Promise<IssuedTokens>;

/** The only holder of a minter: tokens leave through this function or not at all. */
export function tokenIssuer(options: IssuerOptions): IssueTokens {
  const minter = createMinter(options);
  return (permit, issue) => issueTokens(permit, issue, { minter, lifetimes: options.lifetimes });
}

async function issueTokens(
  permit: Permit,
  options: IssueOptions,
  { minter, lifetimes }: Pick<IssuerOptions, 'lifetimes'> & { readonly minter: Minter },
): Promise<IssuedTokens> {
  Permit.assert(permit);
  const { client, subject, audience, scopes, claims } = permit;
  const lifetimeSeconds = client.idTokenLifetime ?? lifetimes.idToken;
  const common = {
    subject,
    audience,
    lifetimeSeconds,
    claims,
    authTime: new Date(options.authTime * 1000),
    ...(audience.length > 1 ? { authorizedParty: client.id } : {}),
    ...(client.signingAlgorithm === undefined ? {} : { algorithm: client.signingAlgorithm }),
  };
  const access = await minter.accessToken({
    ...common,
    clientId: client.id,
    scope: scopes,
    tokenId: options.accessTokenId,
  });
  const id = await minter.idToken({
    ...common,
    accessToken: access.token,
    ...(options.nonce === undefined ? {} : { nonce: options.nonce }),
    ...(options.code === undefined ? {} : { code: options.code }),
  });
  return {
    body: {
      access_token: access.token,
      token_type: 'bearer',
      expires_in: lifetimeSeconds,
      ...(options.refreshToken === undefined ? {} : { refresh_token: options.refreshToken }),
      id_token: id.token,
      scope: scopes.join(' '),
    },
    connectorId: permit.connectorId,
    accessTokenId: access.jti,
    idTokenId: id.jti,
  };
}
