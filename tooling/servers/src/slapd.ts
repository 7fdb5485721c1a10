import { mkdir } from 'node:fs/promises';
import { type Certificate, createAuthority } from './certificates.ts';
import { freePort } from './free-port.ts';
import { findTool, toolPath } from './requirements.ts';
import { type Restartable, startServer } from './restartable.ts';
import { mustRun, runCommand } from './run-command.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** A directory with memberOf, filled from LDIF. */
export interface SlapdOptions {
  /** Entries below `dc=example,dc=org`, in LDIF; the suffix itself, ou=People and ou=Groups are there. */
  readonly ldif?: string | undefined;
  /** Many more entries, put into the database before it is opened: fast, and without memberOf. */
  readonly seed?: string | undefined;
  /** `demand` refuses TLS without a certificate of its CA. Default: none is asked for. */
  readonly clientCertificates?: 'demand' | undefined;
}

/** A running OpenLDAP server. */
export interface SlapdServer extends Restartable {
  readonly port: number;
  readonly tlsPort: number;
  /** `ldap://` (StartTLS is offered) and `ldaps://` URLs. */
  readonly url: string;
  readonly tlsUrl: string;
  /** The CA to trust: PEM text, and file. */
  readonly ca: string;
  readonly caFile: string;
  readonly baseDn: string;
  readonly adminDn: string;
  readonly adminPassword: string;
  /** A certificate of its CA, for a client. */
  issue(): Promise<Certificate>;
  /** Adds entries from LDIF. Through the server, so that memberOf is kept. */
  add(ldif: string): Promise<void>;
}

const baseDn = 'dc=example,dc=org';
const adminDn = `cn=admin,${baseDn}`;
const adminPassword = 'only-for-tests';
const skeleton = `dn: ${baseDn}
objectClass: dcObject
objectClass: organization
o: Example
dc: example

dn: ou=People,${baseDn}
objectClass: organizationalUnit
ou: People

dn: ou=Groups,${baseDn}
objectClass: organizationalUnit
ou: Groups
`;

/** Starts slapd on two free ports of 127.0.0.1, for ldap and ldaps. */
export async function startSlapd(options: SlapdOptions = {}): Promise<SlapdServer> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder('slapd'));
  const authority = stack.use(await createAuthority());
  const files = await authority.issue();
  await mkdir(`${folder.path}/db`);
  const tls = { ...files, caFile: authority.caFile };
  const lines = configuration(folder.path, tls, options.clientCertificates ?? 'never');
  const config = await folder.write('slapd.conf', lines);
  if (options.seed !== undefined) {
    const file = await folder.write('seed.ldif', `${skeleton}\n${options.seed}`);
    await mustRun({ command: toolPath('slapadd'), args: ['-q', '-f', config, '-l', file] });
  }
  const [port, tlsPort] = [await freePort(), await freePort()];
  const [url, tlsUrl] = [`ldap://127.0.0.1:${port}`, `ldaps://127.0.0.1:${tlsPort}`];
  const asAdmin = ['-x', '-H', url, '-D', adminDn, '-w', adminPassword];
  const whoami = { command: toolPath('ldapwhoami'), args: asAdmin };
  const server = stack.use(
    await startServer({
      launch: {
        name: 'slapd',
        command: toolPath('slapd'),
        args: ['-f', config, '-h', `${url}/ ${tlsUrl}/`, '-d', '0'],
      },
      check: async () => (await runCommand(whoami)).exitCode === 0,
    }),
  );
  const add = async (ldif: string): Promise<void> =>
    void (await mustRun({ command: toolPath('ldapadd'), args: asAdmin, input: ldif }));
  if (options.seed === undefined) await add(skeleton);
  if (options.ldif !== undefined) await add(options.ldif);
  const owned = stack.move();
  const { ca, caFile } = authority;
  return Object.assign(server, {
    ...{ port, tlsPort, url, tlsUrl, ca, caFile, baseDn, adminDn, adminPassword, add },
    issue: () => authority.issue(),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  });
}

interface TlsFiles {
  readonly caFile: string;
  readonly certificateFile: string;
  readonly keyFile: string;
}

function configuration(
  folder: string,
  { caFile, certificateFile, keyFile }: TlsFiles,
  verifyClient: 'never' | 'demand',
): string {
  const schemas = ['core', 'cosine', 'inetorgperson'].map((name) => `include /etc/ldap/schema/${name}.schema`);
  const modules = ['back_mdb', 'memberof', 'refint'].map((name) => `moduleload ${findTool(`${name}.so`) ?? name}`);
  return `${[...schemas, ...modules].join('\n')}
pidfile ${folder}/slapd.pid
argsfile ${folder}/slapd.args
TLSCACertificateFile ${caFile}
TLSCertificateFile ${certificateFile}
TLSCertificateKeyFile ${keyFile}
TLSVerifyClient ${verifyClient}
sizelimit 500
database mdb
suffix "${baseDn}"
rootdn "${adminDn}"
rootpw ${adminPassword}
directory ${folder}/db
maxsize 268435456
index objectClass,uid,member,memberOf eq
overlay memberof
memberof-group-oc groupOfNames
memberof-member-ad member
memberof-memberof-ad memberOf
memberof-refint TRUE
access to attrs=userPassword by self write by anonymous auth by * none
access to * by users read by * none
`;
}
