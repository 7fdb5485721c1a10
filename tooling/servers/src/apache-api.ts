import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { startApacheProcess } from './apache-process.ts';
import { freePort } from './free-port.ts';
import { probe } from './probe.ts';
import type { Restartable } from './restartable.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** Apache as a resource server. */
export interface ApacheApiOptions {
  /** Where it asks about tokens (RFC 7662). Apache wants https there. */
  readonly introspectionEndpoint: string;
  /** PEM text of the CA to trust. */
  readonly ca: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** What the answer must say, such as `client_id:app`. */
  readonly requiredClaim: string;
}

/** A running Apache with mod_auth_openidc that takes bearer tokens. */
export interface ApacheApi extends Restartable {
  /** Wants `Authorization: Bearer TOKEN`, and answers `user=...`. */
  readonly url: string;
}

const modules = ['mpm_event', 'authz_core', 'authz_user', 'authn_core', 'auth_openidc', 'env', 'include', 'mime'];

/** Starts Apache with mod_auth_openidc on 127.0.0.1. It asks about the token of each request, and keeps no answer. */
export async function startApacheApi(options: ApacheApiOptions): Promise<ApacheApi> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder('apache-api'));
  const port = await freePort();
  await mkdir(`${folder.path}/htdocs`);
  await folder.write('htdocs/index.html', 'public\n', 0o644);
  await folder.write('htdocs/api.shtml', 'user=<!--#echo var="REMOTE_USER" -->\n', 0o644);
  await folder.write('ca.pem', options.ca);
  const url = `http://127.0.0.1:${port}`;
  const directives = directivesOf(options, folder.path);
  const check = async (): Promise<boolean> => (await probe(`${url}/index.html`)) === 200;
  const server = stack.use(await startApacheProcess({ name: 'apache-api', folder, port, modules, directives, check }));
  const owned = stack.move();
  return Object.assign(server, { url: `${url}/api.shtml`, [Symbol.asyncDispose]: () => owned.disposeAsync() });
}

function directivesOf(options: ApacheApiOptions, folder: string): string {
  return `DocumentRoot ${folder}/htdocs
TypesConfig /dev/null
AddType text/html .html .shtml
AddOutputFilter INCLUDES .shtml
OIDCCryptoPassphrase ${randomUUID()}
OIDCOAuthIntrospectionEndpoint ${options.introspectionEndpoint}
OIDCOAuthIntrospectionEndpointAuth client_secret_basic
OIDCOAuthSSLValidateServer On
OIDCCABundlePath ${folder}/ca.pem
OIDCOAuthClientID ${options.clientId}
OIDCOAuthClientSecret "${options.clientSecret}"
OIDCOAuthTokenIntrospectionInterval 0
OIDCOAuthRemoteUserClaim sub
<Directory ${folder}/htdocs>
 Options +Includes
 Require all granted
</Directory>
<Location /api.shtml>
 AuthType oauth20
 Require claim ${options.requiredClaim}
</Location>
`;
}
