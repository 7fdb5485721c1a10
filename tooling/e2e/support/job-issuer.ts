/** Who signs the tokens of jobs and logs nobody in, as GitHub and GitLab describe theirs. */
import { generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a token says besides `iss`, `aud` and times. */
export type JobClaims = Readonly<Record<string, string>> & { readonly sub: string };

export interface JobIssuer extends AsyncDisposable {
  readonly url: string;
  /** What GitHub puts into the environment of a job that may ask for a token. */
  readonly env: NodeJS.ProcessEnv;
  /** A token as a job is handed it without asking. */
  token(audience: string): string;
}

/** Starts it; all its tokens say the same. */
export async function startJobIssuer(claims: JobClaims): Promise<JobIssuer> {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = { ...publicKey.export({ format: 'jwk' }), kid: 'jobs-1', alg: 'RS256', use: 'sig' };
  const server = createServer((request, response) => {
    const body = answer(request);
    response.writeHead(body === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body ?? {}));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // it listens on TCP
  const url = `http://127.0.0.1:${port}`;

  function token(audience: string): string {
    const now = Math.floor(Date.now() / 1000);
    const times = { nbf: now - 60, iat: now, exp: now + 300 };
    const parts = [
      { typ: 'JWT', alg: 'RS256', kid: key.kid },
      { ...claims, iss: url, aud: audience, ...times },
    ];
    const input = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
    return `${input}.${sign('RSA-SHA256', Buffer.from(input), privateKey).toString('base64url')}`;
  }

  function answer({ url: path = '', headers }: IncomingMessage): unknown {
    const { pathname, searchParams } = new URL(path, url);
    // https://docs.github.com/actions/reference/security/oidc: no endpoint for a login.
    const discovery = {
      issuer: url,
      jwks_uri: `${url}/.well-known/jwks`,
      subject_types_supported: ['public', 'pairwise'],
      response_types_supported: ['id_token'],
      id_token_signing_alg_values_supported: ['RS256'],
      scopes_supported: ['openid'],
    };
    const mayAsk = headers.authorization === 'Bearer of-the-job';
    if (pathname === '/.well-known/openid-configuration') return discovery;
    if (pathname === '/.well-known/jwks') return { keys: [key] };
    return pathname === '/token' && mayAsk ? { value: token(searchParams.get('audience') ?? '') } : undefined;
  }

  return {
    url,
    env: { ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'of-the-job', ACTIONS_ID_TOKEN_REQUEST_URL: `${url}/token?v=1` },
    token,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
