/** A web application that logs people in with openid-client, and hears in the back-channel that they are logged out. */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import * as oidc from 'openid-client';

export interface LogoutAppOptions {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** From `freePort`: the issuer has to know it before. */
  readonly port: number;
}

export interface LogoutApp extends AsyncDisposable {
  readonly url: string;
  /** The `sid` of every logout token that it took. */
  readonly heard: readonly string[];
}

interface Login {
  readonly verifier: string;
  readonly tokens?: oidc.TokenEndpointResponse & oidc.TokenEndpointResponseHelpers;
}

/** What is kept of the people: by cookie, which is the `state` of their login too. */
type People = Map<string, Login>;

/**
 * Starts it. `/login` and `/logout` lead to the issuer; `/` says who is there: `Hello, NAME` or `Nobody`; `/bye` is where
 * people are after a logout.
 */
export async function startLogoutApp(options: LogoutAppOptions): Promise<LogoutApp> {
  const { issuer, clientId, clientSecret, port } = options;
  const config = await oidc.discovery(new URL(issuer), clientId, clientSecret, undefined, {
    execute: [oidc.allowInsecureRequests],
  });
  const url = `http://127.0.0.1:${port}`;
  const people: People = new Map();
  const heard: string[] = [];
  const app: App = { config, url, people, heard, clientId };
  const server = createServer((request, response) => {
    answer(app, request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    ...{ url, heard },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface App {
  readonly config: oidc.Configuration;
  readonly url: string;
  readonly people: People;
  readonly heard: string[];
  readonly clientId: string;
}

async function answer(app: App, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { config, url, people, clientId } = app;
  const asked = new URL(request.url ?? '/', url);
  const [, cookie = ''] = new RegExp(`${clientId}=([\\w-]+)`).exec(request.headers.cookie ?? '') ?? [];
  const person = people.get(cookie);
  const go = (location: string, headers: Record<string, string> = {}) =>
    void response.writeHead(303, { location, ...headers }).end();
  switch (asked.pathname) {
    case '/login': {
      const id = randomUUID();
      const verifier = oidc.randomPKCECodeVerifier();
      people.set(id, { verifier });
      return go(await loginUrl(app, id, verifier), { 'set-cookie': `${clientId}=${id}; HttpOnly; SameSite=Lax` });
    }
    case '/callback': {
      const checks = { pkceCodeVerifier: person?.verifier ?? '', expectedState: cookie, idTokenExpected: true };
      const tokens = await oidc.authorizationCodeGrant(config, asked, checks);
      people.set(cookie, { verifier: '', tokens });
      return go('/');
    }
    case '/logout': {
      const ask = { id_token_hint: person?.tokens?.id_token ?? '', post_logout_redirect_uri: `${url}/bye`, state: 's' };
      return go(oidc.buildEndSessionUrl(config, ask).href);
    }
    case '/backchannel':
      await hear(app, new URLSearchParams(await text(request)).get('logout_token') ?? '');
      return void response.writeHead(204).end();
    default:
      response.setHeader('content-type', 'text/html');
      return void response.end(`<p>${person?.tokens ? `Hello, ${person.tokens.claims()?.name}` : 'Nobody'}</p>`);
  }
}

async function loginUrl({ config, url }: App, state: string, verifier: string): Promise<string> {
  const parameters = {
    ...{ redirect_uri: `${url}/callback`, scope: 'openid profile', state },
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  };
  return oidc.buildAuthorizationUrl(config, parameters).href;
}

/** Takes a logout token as OpenID Connect Back-Channel Logout section 2.6 says, and forgets who had that session. */
async function hear({ config, people, heard, clientId }: App, token: string): Promise<void> {
  const { issuer, jwks_uri: keys = '' } = config.serverMetadata();
  const options = { issuer, audience: clientId, typ: 'logout+jwt', requiredClaims: ['sid', 'jti', 'events'] };
  const { payload } = await jwtVerify(token, createRemoteJWKSet(new URL(keys)), options);
  if ('nonce' in payload) throw new Error('a logout token has no nonce');
  heard.push(String(payload.sid));
  for (const [cookie, { tokens }] of people) if (tokens?.claims()?.sid === payload.sid) people.delete(cookie);
}
