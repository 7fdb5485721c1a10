import type { JsonObject } from '@ostiary/primitives';
import type { IssuerContext } from '../context.ts';
import type { Permit } from '../policy/permit.ts';

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
export async function issueTokens(
  permit: Permit,
  options: IssueOptions,
  context: IssuerContext,
): Promise<IssuedTokens> {
  const { client, subject, audience, scopes, claims } = permit;
  const lifetimeSeconds = client.idTokenLifetime ?? context.lifetimes.idToken;
  const common = {
    subject,
    audience,
    lifetimeSeconds,
    claims,
    authTime: new Date(options.authTime * 1000),
    ...(audience.length > 1 ? { authorizedParty: client.id } : {}),
    ...(client.signingAlgorithm === undefined ? {} : { algorithm: client.signingAlgorithm }),
  };
  const access = await context.minter.accessToken({
    ...common,
    clientId: client.id,
    scope: scopes,
    tokenId: options.accessTokenId,
  });
  const id = await context.minter.idToken({
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
