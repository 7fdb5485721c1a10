import { type Launch, type ManagedProcess, startProcess } from './process.ts';

/** A server that can be stopped, crashed and started again on the same port with the same data. */
export interface Restartable extends AsyncDisposable {
  /** Process id of the running server; 0 when it is down. */
  readonly pid: number;
  /** Everything it wrote, in all its lives. */
  log(): string;
  /** Ends it in an orderly way. */
  stop(): Promise<void>;
  /** Ends it by SIGKILL, as a crash would. */
  kill(): Promise<void>;
  /** Starts it again (after an orderly end, if it runs) and waits until it is ready. */
  restart(): Promise<void>;
}

/** A server's launch, and how it says that it is ready. */
export interface Readiness {
  readonly launch: Launch;
  /** True once the server can be used. */
  readonly check: (running: ManagedProcess) => boolean | Promise<boolean>;
  /** Default 15 000. */
  readonly timeoutMs?: number | undefined;
}

/**
 * Starts a server and waits until it is ready.
 *
 * @throws Error with the tail of its log when it is not ready in time; nothing is left running then
 */
export async function startServer(readiness: Readiness): Promise<Restartable> {
  let running: ManagedProcess | undefined = await startReady(readiness);
  let past = '';
  const end = async (how: 'stop' | 'kill'): Promise<void> => {
    const last = running;
    if (last === undefined) return;
    running = undefined;
    await last[how]();
    past += last.log();
  };
  return {
    get pid() {
      return running?.pid ?? 0;
    },
    log: () => past + (running?.log() ?? ''),
    stop: () => end('stop'),
    kill: () => end('kill'),
    async restart() {
      await end('stop');
      running = await startReady(readiness);
    },
    [Symbol.asyncDispose]: () => end('stop'),
  };
}

async function startReady({ launch, check, timeoutMs }: Readiness): Promise<ManagedProcess> {
  const running = await startProcess(launch);
  try {
    await running.untilReady(() => check(running), timeoutMs);
    return running;
  } catch (error) {
    await running.kill();
    throw error;
  }
}
