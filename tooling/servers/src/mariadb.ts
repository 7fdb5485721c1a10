import { type CertificateAuthority, createAuthority, writeServerFiles } from './certificates.ts';
import type { DatabaseLogin } from './database-login.ts';
import { freePort } from './free-port.ts';
import { toolPath } from './requirements.ts';
import { type Restartable, startServer } from './restartable.ts';
import { mustRun } from './run-command.ts';
import { lendToServiceUser } from './service-user.ts';
import { type TemporaryFolder, temporaryFolder } from './temporary-folder.ts';

/** How the server is to be: without options it speaks no TLS. */
export interface MariadbOptions {
  /** Clients may speak TLS: the subject alternative names of its certificate, from a CA made in place. */
  readonly tls?: string | undefined;
  /** Settings of the server, such as `max-allowed-packet=1M`. */
  readonly settings?: readonly string[] | undefined;
}

/** A running MariaDB with one user, `admin`, who may do everything, and one database, `ostiary`. */
export interface MariadbServer extends Restartable {
  readonly port: number;
  /** Path of its unix socket. */
  readonly socket: string;
  /** What a client needs to log in as `admin` over TCP. */
  readonly login: DatabaseLogin;
  /** The CA of its certificate, with TLS. */
  readonly authority: CertificateAuthority | undefined;
  /** Runs SQL as root over the socket; answers rows as lines, with tabs between the columns. */
  query(sql: string): Promise<string>;
}

const password = 'only-for-tests';

/** Makes a data folder and starts MariaDB on a free port of 127.0.0.1. */
export async function startMariadb(options: MariadbOptions = {}): Promise<MariadbServer> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder('mariadb'));
  const authority = options.tls === undefined ? undefined : stack.use(await createAuthority());
  const tls = authority === undefined ? [] : await certificateSettings(folder, authority, options.tls);
  const port = await freePort();
  const socket = `${folder.path}/s`;
  const { data, user } = await makeData(folder);
  const settings = [
    ...[`datadir=${data}`, `port=${port}`, `socket=${socket}`, `pid-file=${folder.path}/pid`],
    ...['bind-address=127.0.0.1', 'skip-name-resolve', 'innodb-buffer-pool-size=32M'],
    // A process that is killed loses nothing without fsync; only a machine would.
    'innodb-flush-log-at-trx-commit=2',
    ...tls,
    ...(options.settings ?? []),
  ].map((setting) => `--${setting}`);
  const command = toolPath('mariadbd');
  const server = stack.use(
    await startServer({
      launch: { name: 'mariadb', command, args: ['--no-defaults', ...settings], cwd: folder.path, user },
      check: (running) => /: ready for connections\./u.test(running.log()),
      timeoutMs: 30_000,
    }),
  );
  const query = (sql: string): Promise<string> =>
    mustRun({ command: toolPath('mariadb'), args: ['--no-defaults', '-S', socket, '-u', 'root', '-NB', '-e', sql] });
  await query(`CREATE DATABASE ostiary; CREATE USER admin@'%' IDENTIFIED BY '${password}';
    GRANT ALL ON *.* TO admin@'%' WITH GRANT OPTION`);
  const owned = stack.move();
  return Object.assign(server, {
    port,
    socket,
    login: { host: '127.0.0.1', port, user: 'admin', password, database: 'ostiary' },
    authority,
    query,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  });
}

async function makeData(folder: TemporaryFolder) {
  const data = `${folder.path}/data`;
  const user = await lendToServiceUser(folder, 'mysql'); // it refuses to run as root
  const args = ['--no-defaults', `--datadir=${data}`, '--auth-root-authentication-method=normal', '--skip-test-db'];
  await mustRun({ command: toolPath('mariadb-install-db'), args, cwd: folder.path, user });
  return { data, user };
}

async function certificateSettings(folder: TemporaryFolder, authority: CertificateAuthority, names?: string) {
  const { certificate, key, ca } = await writeServerFiles(folder, authority, names);
  return [`ssl-cert=${certificate}`, `ssl-key=${key}`, `ssl-ca=${ca}`];
}
