import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { startApacheProcess } from './apache-process.ts';
import { freePort } from './free-port.ts';
import { probe } from './probe.ts';
import type { Restartable } from './restartable.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** Apache as a relying party. */
export interface ApacheOptions {
  /** The issuer's discovery document. */
  readonly providerMetadataUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Who may see the protected page, such as `groups:dev`. */
  readonly requiredClaim: string;
  /** Default `openid email profile groups`. */
  readonly scope?: string | undefined;
  /** PEM text of the CA to trust, when the issuer's is a private one. */
  readonly ca?: string | undefined;
  /** A port from {@link freePort}, when the redirect URI must be known before; see {@link apacheRedirectUri}. */
  readonly port?: number | undefined;
}

/** A running Apache with mod_auth_openidc. */
export interface ApacheServer extends Restartable {
  /** A page that needs a login and then shows `user=... groups=... sub=... iss=...`. */
  readonly protectedUrl: string;
  readonly redirectUri: string;
}

const modules = [
  'mpm_event',
  'authz_core',
  'authz_user',
  'authn_core',
  'auth_openidc',
  'env',
  'include',
  'mime',
  'dir',
];

/** The redirect URI of an Apache on this port. */
export const apacheRedirectUri = (port: number): string => `http://127.0.0.1:${port}/protected/redirect`;

/**
 * Starts Apache with mod_auth_openidc on 127.0.0.1: authorization code flow with PKCE S256. Drive it with Chromium, or
 * with node:http and `Accept: text/html`: it takes Node's fetch for a script (Sec-Fetch-Mode: cors) and answers 401.
 */
export async function startApache(options: ApacheOptions): Promise<ApacheServer> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder('apache'));
  const port = options.port ?? (await freePort());
  await mkdir(`${folder.path}/htdocs/protected`, { recursive: true });
  await folder.write('htdocs/index.html', 'public\n', 0o644);
  await folder.write('htdocs/protected/index.shtml', page, 0o644);
  await folder.write('ca.pem', options.ca ?? '');
  const url = `http://127.0.0.1:${port}`;
  const directives = directivesOf(options, { folder: folder.path, port });
  const check = async (): Promise<boolean> => (await probe(`${url}/index.html`)) === 200;
  const server = stack.use(await startApacheProcess({ name: 'apache2', folder, port, modules, directives, check }));
  const owned = stack.move();
  return Object.assign(server, {
    protectedUrl: `${url}/protected/index.shtml`,
    redirectUri: apacheRedirectUri(port),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  });
}

const shown = { user: 'REMOTE_USER', groups: 'OIDC_CLAIM_groups', sub: 'OIDC_CLAIM_sub', iss: 'OIDC_CLAIM_iss' };
const page = `<p>${Object.entries(shown)
  .map(([name, variable]) => `${name}=<!--#echo var="${variable}" -->`)
  .join(' ')}</p>\n`;

function directivesOf(options: ApacheOptions, { folder, port }: { folder: string; port: number }): string {
  return `DocumentRoot ${folder}/htdocs
TypesConfig /dev/null
AddType text/html .html .shtml
AddOutputFilter INCLUDES .shtml
OIDCProviderMetadataURL ${options.providerMetadataUrl}
OIDCClientID ${options.clientId}
OIDCClientSecret "${options.clientSecret}"
OIDCRedirectURI ${apacheRedirectUri(port)}
OIDCCryptoPassphrase ${randomUUID()}
OIDCScope "${options.scope ?? 'openid email profile groups'}"
OIDCPKCEMethod S256
OIDCResponseType code
OIDCProviderTokenEndpointAuth client_secret_basic
OIDCRemoteUserClaim email
OIDCCookieSameSite On
OIDCSSLValidateServer On
${options.ca === undefined ? '' : `OIDCCABundlePath ${folder}/ca.pem`}
<Directory ${folder}/htdocs>
 Options +Includes
 Require all granted
</Directory>
<Location /protected/>
 AuthType openid-connect
 Require claim ${options.requiredClaim}
</Location>
# Who tells it of a logout has no claim.
<Location ${new URL(apacheRedirectUri(port)).pathname}>
 Require valid-user
</Location>
`;
}
