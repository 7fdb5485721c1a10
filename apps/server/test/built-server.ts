/** The built server as a child process, and clients that talk to it. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import {
  type CertificateAuthority,
  freePort,
  type OstiaryServer,
  startOstiary,
  temporaryFolder,
} from '@ostiary/tooling-servers';

/** The built command. */
export const main: string = join(import.meta.dirname, '..', 'dist', 'main.js');

export interface BuiltServer extends AsyncDisposable {
  readonly url: string;
  /** The same over TLS, with an {@link BuiltServerSettings.authority}. */
  readonly secureUrl: string | undefined;
  readonly server: OstiaryServer;
  readonly database: string;
}

export interface BuiltServerSettings {
  /** More of the configuration, as YAML at the top level. */
  readonly more?: string;
  /** Gives it a certificate, and a port for https beside the one for http. */
  readonly authority?: CertificateAuthority;
  /** More clients, as YAML. */
  readonly clients?: readonly string[];
  /** The block `oauth2`, in the place of the one without consent. */
  readonly oauth2?: string;
  /** One connector as YAML, in the place of the one that asks for nothing. */
  readonly connector?: string;
  /** Where it listens; without it, on a free port. */
  readonly port?: number;
  /** Its name; without it, where it listens. */
  readonly issuer?: string;
  /** The database of another server, to be its replica under the same name. */
  readonly replicaOf?: BuiltServer;
  /** As YAML, in the place of SQLite. */
  readonly storage?: string;
  /** Added to the environment. */
  readonly env?: NodeJS.ProcessEnv;
  /** The Node to run it with; without it, that of the tests. */
  readonly node?: string;
}

const mock = '{ type: mockCallback, id: mock, name: Mock }';

/** Starts it with SQLite, the connector that asks for nothing, and two clients. */
export async function startBuiltServer(settings: BuiltServerSettings = {}): Promise<BuiltServer> {
  const { more = '', clients = [], connector = mock, authority, replicaOf, env } = settings;
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder('server-data'));
  const database = replicaOf?.database ?? join(folder.path, 'ostiary.db');
  const { storage = `{ type: sqlite3, config: { file: ${database} } }` } = settings;
  const address = `127.0.0.1:${settings.port ?? (await freePort())}`;
  const url = `http://${address}/dex`;
  const secure = authority && { ...(await authority.issue()), address: `127.0.0.1:${await freePort()}` };
  const tls = secure && `, https: "${secure.address}", tlsCert: ${secure.certificateFile}, tlsKey: ${secure.keyFile}`;
  const server = stack.use(
    await startOstiary({
      command: settings.node ?? process.execPath,
      args: (file) => [main, 'serve', file],
      config: `
issuer: ${settings.issuer ?? replicaOf?.url ?? url}
storage: ${storage}
web: { http: "${address}"${tls ?? ''} }
${settings.oauth2 ?? 'oauth2: { skipApprovalScreen: true }'}
connectors: [${connector}]
staticClients:
  - { id: app, name: App, secret: app-secret, redirectURIs: ["https://app.example/cb"] }
  - { id: cli, name: CLI, public: true }
${clients.map((client) => `  - ${client}\n`).join('')}${more}`,
      readyUrl: `${url}/healthz`,
      env,
    }),
  );
  const owned = stack.move();
  const secureUrl = secure && `https://${secure.address}/dex`;
  return { url, secureUrl, server, database, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

const verifier = 'v'.repeat(43);
const challenge = createHash('sha256').update(verifier).digest('base64url');

/** The first step of a browser, and the cookies that it takes along from there. */
async function begin(
  url: string,
  connector: string,
  scope = 'openid offline_access',
): Promise<{ readonly next: URL; readonly cookie: string }> {
  const ask = new URLSearchParams({
    client_id: 'app',
    redirect_uri: 'https://app.example/cb',
    response_type: 'code',
    scope,
    code_challenge: challenge,
    code_challenge_method: 'S256',
  });
  const first = await fetch(`${url}/auth/${connector}?${ask}`, { redirect: 'manual' });
  const cookie = first.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
  return { next: new URL(first.headers.get('location') ?? '', url), cookie };
}

/** Types a name and a password into the form of a connector; answers the status of the page that comes back. */
export async function typePassword(url: string, connector: string, form: Record<string, string>): Promise<number> {
  const { next, cookie } = await begin(url, connector);
  const body = new URLSearchParams(form);
  return (await fetch(next, { method: 'POST', redirect: 'manual', headers: { cookie, origin: next.origin }, body }))
    .status;
}

/** Logs in without a browser, and answers what `/token` says. */
export async function logIn(url: string, scope?: string): Promise<Record<string, unknown>> {
  const { next, cookie } = await begin(url, 'mock', scope);
  const back = await fetch(next, { redirect: 'manual', headers: { cookie } });
  const code = new URL(back.headers.get('location') ?? 'x:').searchParams.get('code') ?? '';
  const form = {
    grant_type: 'authorization_code',
    code,
    redirect_uri: 'https://app.example/cb',
    code_verifier: verifier,
  };
  return token(url, form);
}

/** Posts a form as the confidential client; rejects when there is no answer at all. */
export function post(url: string, form: Readonly<Record<string, string>>): Promise<Response> {
  const headers = { authorization: `Basic ${btoa('app:app-secret')}` };
  return fetch(url, { method: 'POST', headers, body: new URLSearchParams(form) });
}

/** Calls `/token` as the confidential client; rejects when there is no answer at all. */
export async function token(url: string, form: Readonly<Record<string, string>>): Promise<Record<string, unknown>> {
  const response = await post(`${url}/token`, form);
  return { status: response.status, ...(await response.json()) };
}

/** Uses a refresh token. */
export function refresh(url: string, refreshToken: unknown): Promise<Record<string, unknown>> {
  return token(url, { grant_type: 'refresh_token', refresh_token: String(refreshToken) });
}

/** Revokes a token, and answers the status. */
export async function revoke(url: string, revoked: unknown): Promise<number> {
  return (await post(`${url}/token/revoke`, { token: String(revoked) })).status;
}
