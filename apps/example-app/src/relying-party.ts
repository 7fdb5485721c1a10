/** The OpenID Connect side of the app, all of it done by openid-client. */
import * as oidc from 'openid-client';

export interface RelyingPartyOptions {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly redirectUri: string;
  /** Where the issuer sends the browser after a logout. */
  readonly afterLogoutUri: string;
}

/** What must be kept in the browser's session until it comes back. */
export interface PendingLogin {
  readonly verifier: string;
  readonly state: string;
  readonly nonce: string;
}

/** What the issuer gave. */
export interface Tokens {
  readonly idToken: string;
  readonly accessToken: string;
  readonly refreshToken?: string;
  readonly claims: Readonly<Record<string, unknown>>;
}

export interface RelyingParty {
  begin(ask: {
    readonly scope: string;
    readonly connectorId?: string;
  }): Promise<{ url: string; pending: PendingLogin }>;
  /** @param url where the browser came back to, query included. */
  finish(url: URL, pending: PendingLogin): Promise<Tokens>;
  refresh(tokens: Tokens): Promise<Tokens>;
  userinfo(tokens: Tokens): Promise<Readonly<Record<string, unknown>>>;
  /** Ends the login at an issuer that offers it (RFC 7009). */
  revoke(tokens: Tokens): Promise<void>;
  /** Where the browser ends its session at an issuer that has sessions (OpenID Connect RP-Initiated Logout). */
  endSessionUrl(tokens: Tokens): Promise<string | undefined>;
}

/** Makes the relying party. The issuer is asked for its metadata when it is first needed, and again after a failure. */
export function createRelyingParty(options: RelyingPartyOptions): RelyingParty {
  let known: Promise<oidc.Configuration> | undefined;
  const configuration = async (): Promise<oidc.Configuration> => {
    known ??= discover(options);
    try {
      return await known;
    } catch (error) {
      known = undefined;
      throw error;
    }
  };
  return {
    async begin({ scope, connectorId }) {
      const pending = {
        verifier: oidc.randomPKCECodeVerifier(),
        state: oidc.randomState(),
        nonce: oidc.randomNonce(),
      };
      const url = oidc.buildAuthorizationUrl(await configuration(), {
        redirect_uri: options.redirectUri,
        scope,
        state: pending.state,
        nonce: pending.nonce,
        code_challenge: await oidc.calculatePKCECodeChallenge(pending.verifier),
        code_challenge_method: 'S256',
        ...(connectorId === undefined ? {} : { connector_id: connectorId }),
      });
      return { url: url.href, pending };
    },
    async finish(url, { verifier, state, nonce }) {
      const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true };
      return tokensOf(await oidc.authorizationCodeGrant(await configuration(), url, checks));
    },
    async refresh(tokens) {
      if (tokens.refreshToken === undefined) throw new Error('There is no refresh token: ask for offline_access.');
      return tokensOf(await oidc.refreshTokenGrant(await configuration(), tokens.refreshToken), tokens);
    },
    async userinfo({ accessToken, claims }) {
      return oidc.fetchUserInfo(await configuration(), accessToken, String(claims.sub));
    },
    async revoke({ refreshToken }) {
      const config = await configuration();
      if (refreshToken === undefined || config.serverMetadata().revocation_endpoint === undefined) return;
      await oidc.tokenRevocation(config, refreshToken, { token_type_hint: 'refresh_token' });
    },
    async endSessionUrl({ idToken }) {
      const config = await configuration();
      if (config.serverMetadata().end_session_endpoint === undefined) return undefined;
      const ask = { id_token_hint: idToken, post_logout_redirect_uri: options.afterLogoutUri };
      return oidc.buildEndSessionUrl(config, ask).href;
    },
  };
}

async function discover({ issuer, clientId, clientSecret }: RelyingPartyOptions): Promise<oidc.Configuration> {
  const { protocol, hostname } = new URL(issuer);
  const isLoopback = ['127.0.0.1', 'localhost', '[::1]'].includes(hostname);
  return oidc.discovery(new URL(issuer), clientId, undefined, oidc.ClientSecretBasic(clientSecret), {
    // Plain http is for an issuer on this very machine.
    ...(protocol === 'http:' && isLoopback ? { execute: [oidc.allowInsecureRequests] } : {}),
    timeout: 10,
  });
}

type TokenAnswer = oidc.TokenEndpointResponse & oidc.TokenEndpointResponseHelpers;

/** A refresh may leave out what has not changed. */
function tokensOf(answer: TokenAnswer, before?: Tokens): Tokens {
  const idToken = answer.id_token ?? before?.idToken;
  const claims = answer.claims() ?? before?.claims;
  if (idToken === undefined || claims === undefined) throw new Error('The issuer sent no ID token.');
  const refreshToken = answer.refresh_token ?? before?.refreshToken;
  return {
    idToken,
    accessToken: answer.access_token,
    claims,
    ...(refreshToken === undefined ? {} : { refreshToken }),
  };
}
