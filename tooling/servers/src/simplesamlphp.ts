import { cp, mkdir, symlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeRsaCertificate } from './certificates.ts';
import { freePort } from './free-port.ts';
import { probe } from './probe.ts';
import { toolPath } from './requirements.ts';
import { type Restartable, startServer } from './restartable.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** A service that may send people to the identity provider. */
export interface SamlServiceProvider {
  readonly entityId: string;
  /** Where responses are posted to. */
  readonly assertionConsumerService: string;
  /** Where the answers to its logouts go. Absent: it has no single logout. */
  readonly singleLogout?: { readonly binding: 'redirect' | 'post'; readonly location: string } | undefined;
  /** Certificate in PEM with which requests must be signed; absent: they need no signature. */
  readonly certificate?: string | undefined;
  /** Sign the assertion alone, the response alone, or both. Default `both`. */
  readonly signs?: 'assertion' | 'response' | 'both' | undefined;
}

/** Who there is, and whom they may log in to. */
export interface SimpleSamlPhpOptions {
  readonly serviceProvider: SamlServiceProvider;
  /** Attributes by user name. The password is `secret`. */
  readonly people: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  /** A port from {@link freePort}, when the URLs must be known before; see {@link simpleSamlPhpMetadata}. */
  readonly port?: number | undefined;
}

/** A running SimpleSAMLphp, as an identity provider. */
export interface SimpleSamlPhpServer extends Restartable {
  readonly entityId: string;
  readonly metadataUrl: string;
  /** File with the certificate it signs with, in PEM. */
  readonly certificateFile: string;
}

const entityId = 'urn:ostiary:test:idp';
const base = (port: number): string => `http://127.0.0.1:${port}/simplesaml/`;

/** Where the metadata of an identity provider on this port are. */
export const simpleSamlPhpMetadata = (port: number): string => `${base(port)}saml2/idp/metadata.php`;

/** Starts SimpleSAMLphp with PHP's own server on 127.0.0.1. */
export async function startSimpleSamlPhp(options: SimpleSamlPhpOptions): Promise<SimpleSamlPhpServer> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder('simplesamlphp'));
  const { path } = folder;
  const port = options.port ?? (await freePort());
  await Promise.all(['log', 'tmp', 'data', 'certs', 'metadata', 'www'].map((name) => mkdir(`${path}/${name}`)));
  const installed = dirname(dirname(toolPath('_autoload.php')));
  await cp(`${installed}/config`, `${path}/config`, { recursive: true, dereference: true });
  await symlink(`${installed}/www`, `${path}/www/simplesaml`);
  const { certificateFile } = await makeRsaCertificate({ folder: `${path}/certs`, name: 'idp' });
  await folder.write('config/config.php', configuration(path, port));
  await folder.write('config/authsources.php', people(options.people));
  await folder.write('metadata/saml20-idp-hosted.php', identityProvider);
  await folder.write('metadata/saml20-sp-remote.php', serviceProvider(options.serviceProvider));
  await folder.write('www/router.php', router);
  const quiet = ['-d', 'error_reporting=0', '-d', 'display_errors=0', '-d', `session.save_path=${path}/tmp`];
  const server = stack.use(
    await startServer({
      launch: {
        name: 'simplesamlphp',
        command: toolPath('php'),
        args: [...quiet, '-S', `127.0.0.1:${port}`, '-t', `${path}/www`, `${path}/www/router.php`],
        env: { ...process.env, SIMPLESAMLPHP_CONFIG_DIR: `${path}/config` },
      },
      check: async () => (await probe(simpleSamlPhpMetadata(port))) === 200,
    }),
  );
  const owned = stack.move();
  return Object.assign(server, {
    ...{ entityId, certificateFile, metadataUrl: simpleSamlPhpMetadata(port) },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  });
}

/** PHP's server knows no PATH_INFO behind a script; the provider's endpoints have one. */
const router = `<?php
$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
if (!preg_match('#^(/simplesaml/.*?\\.php)(/.*)?$#', $path, $found)) return false;
$_SERVER['SCRIPT_NAME'] = $found[1];
$_SERVER['PHP_SELF'] = $path;
$_SERVER['SCRIPT_FILENAME'] = $_SERVER['DOCUMENT_ROOT'] . $found[1];
if (isset($found[2])) $_SERVER['PATH_INFO'] = $found[2];
chdir(dirname($_SERVER['SCRIPT_FILENAME']));
require $_SERVER['SCRIPT_FILENAME'];
return true;
`;

/** A value as PHP writes it. */
function php(value: unknown): string {
  if (typeof value === 'boolean' || typeof value === 'number') return String(value);
  if (value === null) return 'null';
  if (typeof value !== 'object') return `'${String(value).replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  const isList = Array.isArray(value);
  return `[${entries.map(([key, inner]) => (isList ? php(inner) : `${php(key)} => ${php(inner)}`)).join(', ')}]`;
}

function configuration(folder: string, port: number): string {
  return `<?php\n$config = ${php({
    baseurlpath: base(port),
    certdir: `${folder}/certs/`,
    loggingdir: `${folder}/log/`,
    datadir: `${folder}/data/`,
    tempdir: `${folder}/tmp/`,
    metadatadir: `${folder}/metadata`,
    technicalcontact_name: 'test',
    technicalcontact_email: 'test@example.org',
    timezone: 'UTC',
    secretsalt: 'only-for-tests-0123456789',
    'auth.adminpassword': 'only-for-tests',
    'admin.protectindexpage': false,
    'admin.protectmetadata': false,
    'admin.checkforupdates': false,
    'logging.handler': 'errorlog',
    'enable.saml20-idp': true,
    'module.enable': { exampleauth: true, core: true, saml: true },
    'session.duration': 28_800,
    'session.cookie.secure': false,
    'session.cookie.samesite': null,
    'session.phpsession.savepath': `${folder}/tmp`,
    'session.phpsession.cookiename': 'SimpleSAML',
    'language.available': ['en'],
    'language.default': 'en',
    'theme.use': 'default',
    'store.type': 'phpsession',
    'metadata.sources': [{ type: 'flatfile' }],
    'authproc.idp': [],
    'authproc.sp': [],
    showerrors: false,
    errorreporting: false,
    debug: { saml: false, backtraces: true, validatexml: false },
    proxy: null,
    'trusted.url.domains': [],
  })};\n`;
}

function people(all: SimpleSamlPhpOptions['people']): string {
  const accounts = Object.entries(all).map(([name, attributes]) => `${php(`${name}:secret`)} => ${php(attributes)}`);
  return `<?php\n$config = ['userpass' => ['exampleauth:UserPass', ${accounts.join(', ')}]];\n`;
}

const identityProvider = `<?php\n$metadata[${php(entityId)}] = ${php({
  host: '__DEFAULT__',
  privatekey: 'idp.key',
  certificate: 'idp.crt',
  auth: 'userpass',
  'signature.algorithm': 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
  NameIDFormat: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
})};\n`;

const bindings = {
  redirect: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect',
  post: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST',
} as const;

function serviceProvider({ signs = 'both', certificate, singleLogout, ...rest }: SamlServiceProvider): string {
  const bare = certificate?.replace(/-----[^-]+-----|\s/gu, '');
  return `<?php\n$metadata[${php(rest.entityId)}] = ${php({
    AssertionConsumerService: rest.assertionConsumerService,
    SingleLogoutService: singleLogout && [{ Binding: bindings[singleLogout.binding], Location: singleLogout.location }],
    NameIDFormat: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
    'simplesaml.nameidattribute': 'uid',
    'saml20.sign.assertion': signs !== 'response',
    'saml20.sign.response': signs !== 'assertion',
    'validate.authnrequest': bare === undefined ? undefined : true,
    'validate.logout': bare === undefined ? undefined : true,
    keys:
      bare === undefined
        ? undefined
        : [{ type: 'X509Certificate', signing: true, encryption: false, X509Certificate: bare }],
  })};\n`;
}
