import { randomInt } from 'node:crypto';
import { chmod, mkdir } from 'node:fs/promises';
import { createAuthority } from './certificates.ts';
import { requireTool, skipBecause, toolPath } from './requirements.ts';
import { type Restartable, startServer } from './restartable.ts';
import { mustRun, runCommand } from './run-command.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** A running domain controller of Active Directory. */
export interface SambaServer extends Restartable {
  /** It cannot be told its ports, so it has a loopback address of its own. */
  readonly address: string;
  /** DNS name of the domain, and NetBIOS name. */
  readonly domain: string;
  readonly netbiosDomain: string;
  readonly baseDn: string;
  readonly adminDn: string;
  readonly adminPassword: string;
  /** The CA to trust: PEM text. */
  readonly ca: string;
  /** Adds or changes entries from LDIF, as the administrator. */
  change(ldif: string): Promise<void>;
}

const domain = 'ad.example.org';
const netbiosDomain = 'ADTEST';
const baseDn = 'DC=ad,DC=example,DC=org';
const adminDn = `CN=Administrator,CN=Users,${baseDn}`;
const adminPassword = 'Only4tests!';

/** Milliseconds for a domain of thousands of entries, or for a thousand new ones: more than a minute on a busy machine. */
const SLOW_MS = 110_000;

/** Says why a test that needs a domain controller must be skipped; see `requireTool`. */
export function requireSamba(): string | undefined {
  const lacking = requireTool('samba', 'samba-tool', 'ldapmodify', 'ldapwhoami', 'openssl');
  if (lacking !== undefined || process.getuid?.() === 0) return lacking;
  return skipBecause('a domain controller has ports below 1024, so root has to start it');
}

/** Makes a domain and starts its controller, with LDAP, LDAPS and StartTLS, on a loopback address of its own. */
export async function startSamba(): Promise<SambaServer> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder('samba'));
  const authority = stack.use(await createAuthority());
  const address = `127.${randomInt(64, 128)}.${randomInt(1, 255)}.${randomInt(1, 255)}`;
  const files = await authority.issue(`IP:${address},DNS:dc1.${domain}`);
  await chmod(files.keyFile, 0o600);
  await provision(folder.path, address);
  await Promise.all(['run', 'ncalrpc', 'winbind'].map((name) => mkdir(`${folder.path}/${name}`)));
  const tls = { keyfile: files.keyFile, certfile: files.certificateFile, cafile: authority.caFile };
  const asAdmin = ['-x', '-H', `ldaps://${address}`, '-D', adminDn, '-w', adminPassword];
  const env = { ...process.env, LDAPTLS_CACERT: authority.caFile };
  const server = stack.use(
    await startServer({
      launch: { name: 'samba', command: toolPath('samba'), args: controller(folder.path, tls) },
      check: async () => {
        const base = ['-b', baseDn, '-s', 'base', 'dn'];
        const search = { command: toolPath('ldapsearch'), args: [...asAdmin, ...base], env };
        return (await runCommand(search)).exitCode === 0;
      },
      timeoutMs: 30_000,
    }),
  );
  const owned = stack.move();
  return Object.assign(server, {
    ...{ address, domain, netbiosDomain, baseDn, adminDn, adminPassword, ca: authority.ca },
    change: async (ldif: string) =>
      void (await mustRun({ command: toolPath('ldapmodify'), args: asAdmin, env, input: ldif, timeoutMs: SLOW_MS })),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  });
}

async function provision(folder: string, address: string): Promise<void> {
  const options = [
    ...[`--realm=${domain.toUpperCase()}`, `--domain=${netbiosDomain}`, '--server-role=dc', '--dns-backend=NONE'],
    ...[`--adminpass=${adminPassword}`, `--targetdir=${folder}`, '--host-name=dc1', `--host-ip=${address}`],
    ...[`--option=interfaces=${address}/8`, '--option=bind interfaces only=yes'],
  ];
  const args = ['domain', 'provision', ...options];
  await mustRun({ command: toolPath('samba-tool'), args, timeoutMs: SLOW_MS });
}

function controller(folder: string, tls: Readonly<Record<'keyfile' | 'certfile' | 'cafile', string>>): string[] {
  const options = {
    'server services': 'ldap,kdc',
    'ldap server require strong auth': 'no',
    ...Object.fromEntries(Object.entries(tls).map(([name, file]) => [`tls ${name}`, file])),
    'pid directory': `${folder}/run`,
    'ncalrpc dir': `${folder}/ncalrpc`,
    'winbindd socket directory': `${folder}/winbind`,
    'log file': `${folder}/log.%m`,
  };
  const flags = Object.entries(options).map(([name, value]) => `--option=${name}=${value}`);
  return ['-i', '--debug-stdout', '--model=single', '-s', `${folder}/etc/smb.conf`, ...flags];
}
