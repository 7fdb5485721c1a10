import { createHash } from 'node:crypto';
import { startApacheProcess } from './apache-process.ts';
import type { Certificate } from './certificates.ts';
import { probe } from './probe.ts';
import type { Restartable } from './restartable.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** A reverse proxy that logs people in. */
export interface AuthProxyOptions {
  /** Port of 127.0.0.1 for https. */
  readonly port: number;
  readonly certificate: Certificate;
  /** What is behind it: `http://127.0.0.1:5556`. */
  readonly backend: string;
  /** The path that needs a login. On all others none of the headers gets through. */
  readonly protectedPath: string;
  readonly person: { readonly name: string; readonly password: string; readonly groups: readonly string[] };
  /** What it shows to the backend, to prove that it is the proxy. */
  readonly sharedSecret: string;
}

const modules = [
  ...['mpm_event', 'authz_core', 'authz_user', 'authn_core', 'authn_file', 'auth_basic'],
  ...['headers', 'proxy', 'proxy_http', 'ssl'],
];

/** Headers that the connector listens to. What a browser sends under these names never gets through. */
const spoken = [
  ...['X-Remote-User', 'X-Remote-User-Id', 'X-Remote-User-Name', 'X-Remote-User-Email'],
  ...['X-Remote-Group', 'X-Remote-Secret'],
];

/** Starts Apache as a reverse proxy over https: basic authentication on one path, whose result it passes on in headers. */
export async function startAuthProxy(options: AuthProxyOptions): Promise<Restartable> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder('auth-proxy'));
  const { name, password } = options.person;
  const hash = createHash('sha1').update(password).digest('base64');
  await folder.write('htpasswd', `${name}:{SHA}${hash}\n`);
  await folder.write('server.pem', options.certificate.certificate);
  await folder.write('server.key', options.certificate.key);
  const { port } = options;
  const directives = directivesOf(options, folder.path);
  const check = async (): Promise<boolean> => (await probe(`http://127.0.0.1:${port}/`)) === 400;
  const server = stack.use(await startApacheProcess({ name: 'auth-proxy', folder, port, modules, directives, check }));
  const owned = stack.move();
  return Object.assign(server, { [Symbol.asyncDispose]: () => owned.disposeAsync() });
}

function directivesOf(options: AuthProxyOptions, folder: string): string {
  const { backend, protectedPath, person, sharedSecret } = options;
  return `SSLEngine on
SSLCertificateFile ${folder}/server.pem
SSLCertificateKeyFile ${folder}/server.key
${spoken.map((header) => `RequestHeader unset ${header}`).join('\n')}
ProxyPass / ${backend}/
<Location ${protectedPath}>
 AuthType Basic
 AuthName "Company"
 AuthBasicProvider file
 AuthUserFile ${folder}/htpasswd
 Require valid-user
 RequestHeader set X-Remote-User expr=%{REMOTE_USER}
 RequestHeader set X-Remote-Group "${person.groups.join(',')}"
 RequestHeader set X-Remote-Secret "${sharedSecret}"
</Location>
`;
}
