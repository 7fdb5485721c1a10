import { connect, isIP, type Socket } from 'node:net';
import { isSocket } from '@ostiary/storage-sdk/server';
import {
  type AuthPlugin,
  type Connection as Client,
  type ConnectionOptions,
  createConnection,
  type ResultSetHeader,
  type RowDataPacket,
  type SslOptions,
} from 'mysql2';
import { withCertificateReason } from './certificate-reason.ts';
import type { MysqlConfig } from './config.ts';
import { endsConnection, fromClient, Unfit } from './mysql-error.ts';
import type { Value } from './statements.ts';

/** An answer takes no longer. */
const ANSWER_MS = 5_000;
/** Keeps firewalls from forgetting a connection, and finds out that its other end is gone. */
const KEEP_ALIVE_MS = 10_000;
/** So long a server may take to close. */
export const GOODBYE_MS = 1_000;

/**
 * What no server is trusted with: what a statement sees, that what does not fit is refused and not cut off, and that nobody
 * waits for a lock when who asked is gone.
 */
const SETTINGS = [
  'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
  `SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', SESSION autocommit = 1,
     SESSION innodb_lock_wait_timeout = 1, SESSION lock_wait_timeout = 1`,
] as const;

/** What a statement was answered. */
export interface Answer<R> {
  readonly rows: readonly R[];
  /** Rows that it wrote or removed. */
  readonly affectedRows: number;
}

/** Whom to connect to, and how. */
export interface Target {
  readonly config: MysqlConfig;
  readonly password: string | undefined;
  readonly ssl: SslOptions | undefined;
  /** On its way there: see {@link openSocket}. */
  readonly socket: Socket;
}

/** The socket of a connection to be. Whoever makes it can end it while it is not known whether somebody answers. */
export function openSocket({ host, port }: MysqlConfig): Socket {
  const alive = { noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS };
  return connect(isSocket(host) ? { path: host } : { host, port, ...alive });
}

/** One connection to a MySQL or MariaDB, logged in, with the settings that the statements rely on. */
export class Connection {
  readonly #client: Client;
  readonly #socket: Socket;
  readonly #since: number = performance.now();
  #isUsable = true;

  private constructor(client: Client, socket: Socket) {
    this.#client = client;
    this.#socket = socket;
    const ended = (): void => {
      this.#isUsable = false;
    };
    // Without a listener, Node would end the process. Who waits for an answer hears of it there.
    client.on('error', ended);
    client.on('end', ended);
  }

  /** @throws what the server or the way to it says, as {@link fromClient} makes it. */
  static async open(target: Target): Promise<Connection> {
    const { socket } = target;
    const client = createConnection({ ...clientOptions(target), stream: () => socket });
    const connection = new Connection(client, socket);
    try {
      await client.promise().connect();
      await Promise.all(SETTINGS.map((text) => connection.query(text, [])));
      return connection;
    } catch (error) {
      socket.destroy();
      throw fromClient(withCertificateReason(error, 'stream' in client ? client.stream : undefined));
    }
  }

  /** False once an answer did not come, or the connection ended. */
  get isUsable(): boolean {
    return this.#isUsable;
  }

  /** How many milliseconds it is old. */
  get age(): number {
    return performance.now() - this.#since;
  }

  /**
   * Runs one statement. `R` is a row of what it selects.
   *
   * @throws what the server or the way to it says, as {@link fromClient} makes it.
   */
  async query<R>(text: string, values: readonly Value[]): Promise<Answer<R>> {
    try {
      const sent = { sql: text, values: [...values], timeout: ANSWER_MS };
      const [result] = await this.#client.promise().query<RowDataPacket[] | ResultSetHeader>(sent);
      return Array.isArray(result)
        ? { rows: result as readonly unknown[] as readonly R[], affectedRows: 0 }
        : { rows: [], affectedRows: result.affectedRows };
    } catch (thrown) {
      const error = fromClient(thrown);
      if (endsConnection(error)) this.#drop();
      throw error;
    }
  }

  /** Says goodbye, upon which the server closes; in bounded time. */
  async close(): Promise<void> {
    if (this.#socket.closed) return;
    const closed = new Promise((resolve) => this.#socket.once('close', resolve));
    if (this.#isUsable) await this.#client.promise().end();
    else this.#socket.destroy();
    const late = setTimeout(() => this.#socket.destroy(), GOODBYE_MS);
    await closed;
    clearTimeout(late);
  }

  #drop(): void {
    this.#isUsable = false;
    this.#socket.destroy();
  }
}

/** Everything is said here, so that nothing depends on what the client takes for granted. */
function clientOptions({ config, password, ssl }: Target): ConnectionOptions {
  const { host, port, database, user, connectionTimeout } = config;
  return {
    // The client gives Node no address to compare with a certificate, and Node would take `localhost`. With a dot at its
    // end it passes for a name, and Node, which drops the dot, sees that it is an address.
    host: isIP(host) === 0 ? host : `${host}.`,
    port,
    ...(isSocket(host) ? { socketPath: host } : {}),
    database,
    user,
    ...(password === undefined ? {} : { password }),
    ...(ssl === undefined ? {} : { ssl }),
    connectTimeout: connectionTimeout * 1_000,
    // No server gets a file of ours to read, and none makes the client write code.
    flags: ['-LOCAL_FILES'],
    disableEval: true,
    multipleStatements: false,
    enableCleartextPlugin: false,
    ...(ssl === undefined && !isSocket(host) ? { authPlugins: overNoTls } : {}),
    connectAttributes: { program_name: 'ostiary' },
    trace: false,
  };
}

/**
 * These plugins send the password itself when the server has not kept what it needs. Without TLS the client would encrypt
 * it with a key that whoever answers may have made.
 */
const needsTls: AuthPlugin = () => async (): Promise<Buffer> => {
  throw new Unfit('wants the password of this user over TLS only. Set ssl.mode to true');
};
const overNoTls = { caching_sha2_password: needsTls, sha256_password: needsTls };
