import { freePort } from './free-port.ts';
import { toolPath } from './requirements.ts';
import { type Restartable, startServer } from './restartable.ts';
import { mustRun } from './run-command.ts';
import { lendToServiceUser } from './service-user.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** A running PostgreSQL with one superuser, `postgres`. */
export interface PostgresServer extends Restartable {
  readonly port: number;
  /** Connection URL with the password in it. */
  readonly url: string;
  /** Runs one SQL command with psql and returns its unaligned output. */
  query(sql: string): Promise<string>;
}

const password = 'only-for-tests';

/** Makes a database cluster in a folder of its own and starts PostgreSQL on a free port of 127.0.0.1. */
export async function startPostgres(): Promise<PostgresServer> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder('postgres'));
  const data = `${folder.path}/data`;
  const passwordFile = await folder.write('password', password);
  const user = await lendToServiceUser(folder, 'postgres'); // it refuses to run as root
  const initialize = ['-D', data, '-U', 'postgres', '-A', 'scram-sha-256', `--pwfile=${passwordFile}`];
  const command = toolPath('initdb');
  await mustRun({ command, args: [...initialize, '--no-sync', '-E', 'UTF8', '--locale=C'], cwd: folder.path, user });
  const port = await freePort();
  const url = `postgresql://postgres:${password}@127.0.0.1:${port}/postgres`;
  const server = stack.use(
    await startServer({
      launch: {
        name: 'postgres',
        command: toolPath('postgres'),
        args: ['-D', data, '-p', String(port), '-k', folder.path, '-c', 'listen_addresses=127.0.0.1'],
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
    query: (sql: string) =>
      mustRun({ command: toolPath('psql'), args: [url, '--no-psqlrc', '-v', 'ON_ERROR_STOP=1', '-Atc', sql] }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  });
}
