/** Tokens that no real issuer would sign, for what has to refuse them. */
import { createServer } from 'node:https';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import type { CertificateAuthority } from './certificates.ts';
import { freePort } from './free-port.ts';

/** An issuer that signs whatever it is told. */
export interface TokenIssuer extends AsyncDisposable {
  readonly url: string;
  /** Of `jane`, unless the claims say otherwise; good for five minutes by default. */
  token(claims: Record<string, unknown>, options?: { alg?: 'ES256' | 'EdDSA'; expires?: string }): Promise<string>;
}

/** Starts a small HTTPS issuer: discovery, JWKS with one ES256 and one EdDSA key, and tokens signed by them. */
export async function startTokenIssuer(authority: CertificateAuthority): Promise<TokenIssuer> {
  const keys = { ES256: await generateKeyPair('ES256'), EdDSA: await generateKeyPair('EdDSA') };
  const published = async (alg: 'ES256' | 'EdDSA'): Promise<JWK> => ({
    ...(await exportJWK(keys[alg].publicKey)),
    kid: alg,
    alg,
    use: 'sig',
  });
  const jwks = { keys: await Promise.all([published('ES256'), published('EdDSA')]) };
  const port = await freePort();
  const url = `https://127.0.0.1:${port}`;
  const pages: Record<string, unknown> = {
    '/.well-known/openid-configuration': {
      issuer: url,
      jwks_uri: `${url}/keys`,
      id_token_signing_alg_values_supported: ['ES256'],
    },
    '/keys': jwks,
  };
  const { certificate, key } = await authority.issue();
  const server = createServer({ cert: certificate, key }, (request, reply) => {
    const page = pages[request.url ?? ''];
    reply.writeHead(page === undefined ? 404 : 200, { 'content-type': 'application/json' });
    reply.end(JSON.stringify(page ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    url,
    token: (claims, { alg = 'ES256', expires = '5m' } = {}) =>
      new SignJWT({ sub: 'jane', ...claims })
        .setProtectedHeader({ alg, kid: alg })
        .setIssuer(url)
        .setIssuedAt()
        .setExpirationTime(expires)
        .sign(keys[alg].privateKey),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
