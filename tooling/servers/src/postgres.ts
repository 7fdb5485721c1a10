import { readFile, writeFile } from 'node:fs/promises';
import { type CertificateAuthority, createAuthority, writeServerFiles } from './certificates.ts';
import type { DatabaseLogin } from './database-login.ts';
import { freePort } from './free-port.ts';
import { toolPath } from './requirements.ts';
import { type Restartable, startServer } from './restartable.ts';
import { mustRun } from './run-command.ts';
import { lendToServiceUser } from './service-user.ts';
import { type TemporaryFolder, temporaryFolder } from './temporary-folder.ts';

/** How the server is to be: without options it speaks no TLS. */
export interface PostgresOptions {
  /** Clients may speak TLS: the subject alternative names of its certificate, from a CA made in place. */
  readonly tls?: string | undefined;
  /** Lines for the beginning of `pg_hba.conf`, where the first that fits counts. */
  readonly hba?: readonly string[] | undefined;
}

/** A running PostgreSQL with one superuser, `postgres`. */
export interface PostgresServer extends Restartable {
  readonly port: number;
  /** Folder of its unix socket. */
  readonly socket: string;
  /** What a client needs to log in as the superuser over TCP. */
  readonly login: DatabaseLogin;
  /** The CA of its certificate, with TLS. */
  readonly authority: CertificateAuthority | undefined;
  /** Connection URL with the password in it. */
  readonly url: string;
  /** Runs one SQL command with psql and returns its unaligned output. */
  query(sql: string): Promise<string>;
}

const password = 'only-for-tests';

/** Makes a database cluster in a folder of its own and starts PostgreSQL on a free port of 127.0.0.1. */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder('postgres'));
  const authority = options.tls === undefined ? undefined : stack.use(await createAuthority());
  const tls = authority === undefined ? [] : await certificateSettings(folder, authority, options.tls);
  const port = await freePort();
  const login = { host: '127.0.0.1', port, user: 'postgres', password, database: 'postgres' };
  const url = `postgresql://postgres:${password}@127.0.0.1:${port}/postgres`;
  const { data, user } = await makeCluster(folder, options.hba);
  // A process that is killed loses nothing without fsync; only a machine would.
  const settings = ['listen_addresses=127.0.0.1', 'fsync=off', ...tls].flatMap((setting) => ['-c', setting]);
  const server = stack.use(
    await startServer({
      launch: {
        name: 'postgres',
        command: toolPath('postgres'),
        args: ['-D', data, '-p', String(port), '-k', folder.path, ...settings],
        cwd: folder.path,
        user,
        stopSignal: 'SIGINT', // fast shutdown: SIGTERM would wait for every client to leave
      },
      check: (running) => running.log().includes('database system is ready to accept connections'),
      timeoutMs: 30_000,
    }),
  );
  const owned = stack.move();
  return Object.assign(server, {
    port,
    url,
    login,
    authority,
    socket: folder.path,
    query: (sql: string) =>
      mustRun({ command: toolPath('psql'), args: [url, '--no-psqlrc', '-v', 'ON_ERROR_STOP=1', '-Atc', sql] }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  });
}

async function makeCluster(folder: TemporaryFolder, hba: readonly string[] = []) {
  const data = `${folder.path}/data`;
  const passwordFile = await folder.write('password', password);
  const user = await lendToServiceUser(folder, 'postgres'); // it refuses to run as root
  const initialize = ['-D', data, '-U', 'postgres', '-A', 'scram-sha-256', `--pwfile=${passwordFile}`];
  const command = toolPath('initdb');
  await mustRun({ command, args: [...initialize, '--no-sync', '-E', 'UTF8', '--locale=C'], cwd: folder.path, user });
  if (hba.length > 0) {
    const file = `${data}/pg_hba.conf`;
    await writeFile(file, [...hba, await readFile(file, 'utf8')].join('\n'));
  }
  return { data, user };
}

async function certificateSettings(folder: TemporaryFolder, authority: CertificateAuthority, names?: string) {
  const { certificate, key, ca } = await writeServerFiles(folder, authority, names);
  return ['ssl=on', `ssl_cert_file=${certificate}`, `ssl_key_file=${key}`, `ssl_ca_file=${ca}`];
}
