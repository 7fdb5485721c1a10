import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import type { Certificate } from './certificates.ts';
import { probe } from './probe.ts';
import { findTool, toolPath } from './requirements.ts';
import { type Restartable, startServer } from './restartable.ts';
import { lendToServiceUser } from './service-user.ts';
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
  const config = await folder.write('httpd.conf', configuration(options, folder.path));
  const server = stack.use(
    await startServer({
      launch: {
        name: 'auth-proxy',
        command: toolPath('apache2'),
        args: ['-X', '-f', config],
        user: await lendToServiceUser(folder, 'www-data'),
      },
      check: async () => (await probe(`http://127.0.0.1:${options.port}/`)) === 400,
    }),
  );
  const owned = stack.move();
  return Object.assign(server, { [Symbol.asyncDispose]: () => owned.disposeAsync() });
}

function configuration(options: AuthProxyOptions, folder: string): string {
  const { port, backend, protectedPath, person, sharedSecret } = options;
  const moduleFolder = dirname(toolPath('mod_auth_openidc.so'));
  return `ServerRoot ${folder}
PidFile ${folder}/httpd.pid
DefaultRuntimeDir ${folder}
Mutex file:${folder}
Listen 127.0.0.1:${port}
ServerName 127.0.0.1:${port}
${modules.map((module) => `LoadModule ${module}_module ${moduleFolder}/mod_${module}.so`).join('\n')}
ErrorLog "|${findTool('cat') ?? '/bin/cat'}"
LogLevel warn
SSLEngine on
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
