import { accessSync, constants, readdirSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Where Debian puts what is not in everybody's PATH. A `*` stands for one folder, the newest wins. */
const wellKnown = [
  '/usr/sbin',
  '/usr/local/go/bin',
  '/usr/lib/postgresql/*/bin',
  '/usr/lib/apache2/modules',
  '/usr/lib/ldap',
  '/usr/share/simplesamlphp/lib',
] as const;

const packages: Readonly<Record<string, string>> = {
  'redis-server': 'redis-server',
  'redis-cli': 'redis-tools',
  apache2: 'apache2',
  'mod_auth_openidc.so': 'libapache2-mod-auth-openidc',
  chromium: 'chromium',
  slapd: 'slapd',
  slapadd: 'slapd',
  ldapadd: 'ldap-utils',
  ldapwhoami: 'ldap-utils',
  ldapsearch: 'ldap-utils',
  initdb: 'postgresql',
  postgres: 'postgresql',
  psql: 'postgresql-client',
  mariadbd: 'mariadb-server',
  'mariadb-install-db': 'mariadb-server',
  mariadb: 'mariadb-client',
  etcd: 'etcd-server',
  samba: 'samba, with samba-ad-dc and samba-ad-provision',
  'samba-tool': 'samba',
  ldapmodify: 'ldap-utils',
  openssl: 'openssl',
  php: 'php-cli',
  'keystone-manage': 'python3-keystone',
  'keystone-wsgi-public': 'python3-keystone',
  xmlsec1: 'xmlsec1',
  '_autoload.php': 'simplesamlphp',
  kubectl: 'kubernetes-client',
  go: 'golang (1.26 or newer)',
};

/**
 * Finds a program, or a file that a program loads, in PATH and in the folders where Debian keeps such things.
 *
 * @param name file name, such as `redis-server` or `mod_auth_openidc.so`
 * @returns its absolute path, or undefined
 */
export function findTool(name: string): string | undefined {
  const path = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return [...path, ...wellKnown.flatMap(expand)].map((folder) => join(folder, name)).find(isUsable);
}

/**
 * The path of a tool that a server cannot start without.
 *
 * @throws Error that names the Debian package, when it is missing
 */
export function toolPath(name: string): string {
  const found = findTool(name);
  if (found === undefined) throw new Error(missing(name));
  return found;
}

/**
 * Says why a test that needs these tools must be skipped: `describe.skipIf(requireTool('slapd') !== undefined)`.
 *
 * @param names tools, as for {@link findTool}
 * @returns the reason to skip, or undefined when all are there
 * @throws Error instead of a reason when OSTIARY_REQUIRE_ALL=1, so that CI cannot be green by skipping
 */
export function requireTool(...names: readonly string[]): string | undefined {
  const lacking = names.filter((name) => findTool(name) === undefined);
  if (lacking.length === 0) return undefined;
  return skipBecause(lacking.map(missing).join('; '));
}

/**
 * A reason to skip a test, which is an error where everything has to run.
 *
 * @returns the reason
 * @throws Error with the reason when OSTIARY_REQUIRE_ALL=1
 */
export function skipBecause(reason: string): string {
  if (process.env.OSTIARY_REQUIRE_ALL === '1') throw new Error(reason);
  return reason;
}

function missing(name: string): string {
  const source = packages[name];
  return `${name} is not installed${source === undefined ? '' : ` (Debian package ${source})`}`;
}

function expand(pattern: string): readonly string[] {
  const [before, after] = pattern.split('/*/');
  if (before === undefined || after === undefined) return [pattern];
  try {
    const versions = readdirSync(before).sort((a, b) => b.localeCompare(a, 'en', { numeric: true }));
    return versions.map((version) => join(before, version, after));
  } catch {
    return [];
  }
}

function isUsable(path: string): boolean {
  try {
    accessSync(path, /\.(?:so|php)$/u.test(path) ? constants.R_OK : constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
