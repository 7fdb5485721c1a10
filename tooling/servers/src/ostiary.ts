import { probe } from './probe.ts';
import { type Restartable, startServer } from './restartable.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** A server program with a configuration file, such as `node apps/server/dist/main.js serve config.yaml`. */
export interface OstiaryOptions {
  readonly command: string;
  /** The arguments, given the path of the configuration file. */
  readonly args: (configFile: string) => readonly string[];
  /** Text of the configuration file. */
  readonly config: string;
  /** A URL that answers 200 once the server can be used. */
  readonly readyUrl: string;
  /** PEM text of the CA to trust for it. */
  readonly ca?: string | undefined;
  readonly cwd?: string | undefined;
  /** Added to the environment; a value of undefined removes a variable. */
  readonly env?: NodeJS.ProcessEnv | undefined;
  /** Default 30 000. */
  readonly timeoutMs?: number | undefined;
}

/** The running server; `kill` and `restart` prove what survives a crash. */
export interface OstiaryServer extends Restartable {
  /** A folder of its own, for a database and such; it stays through restarts. */
  readonly folder: string;
  readonly configFile: string;
  /** Replaces the configuration file; the server sees it at its next start, or when it watches the file. */
  configure(config: string): Promise<void>;
}

/**
 * Writes the configuration, starts the server and waits until it answers.
 *
 * @throws Error with the tail of its log when it ends early or does not answer in time
 */
export async function startOstiary(options: OstiaryOptions): Promise<OstiaryServer> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder('server'));
  const configFile = await folder.write('config.yaml', options.config);
  const server = stack.use(
    await startServer({
      launch: {
        name: 'ostiary',
        command: options.command,
        args: options.args(configFile),
        cwd: options.cwd,
        env: { ...process.env, ...options.env },
        // On SIGTERM it waits a second for clients that do not know yet that it ends. A test knows its clients.
        stopSignal: 'SIGINT',
      },
      check: async () => (await probe(options.readyUrl, options.ca)) === 200,
      timeoutMs: options.timeoutMs ?? 30_000,
    }),
  );
  const owned = stack.move();
  return Object.assign(server, {
    folder: folder.path,
    configFile,
    configure: async (config: string) => void (await folder.write('config.yaml', config)),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  });
}
