/** What the operating system tells the process. */

/** The part of `process` that is needed. */
export interface SignalSource {
  on(signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): unknown;
  exit(code: number): void;
}

export interface Signals {
  /** Answers with the first SIGTERM or SIGINT. A second one ends the process at once. */
  untilStop(): Promise<NodeJS.Signals>;
  /** SIGHUP. Without an action it is heard and nothing happens: it must not end the server. */
  onHangUp(action: () => void): void;
}

/** Exit code of a process that was told twice. */
const IMPATIENT = 1;

/**
 * Listens from the moment it is asked, so that a signal during the start is not lost; to SIGHUP at once, because without
 * a listener it ends the process.
 */
export function listenToSignals(source: SignalSource): Signals {
  let hungUp = (): void => {};
  source.on('SIGHUP', () => hungUp());
  return {
    untilStop() {
      const { promise, resolve } = Promise.withResolvers<NodeJS.Signals>();
      let told = false;
      const stop = (signal: NodeJS.Signals): void => {
        if (told) source.exit(IMPATIENT);
        told = true;
        resolve(signal);
      };
      source.on('SIGTERM', stop);
      source.on('SIGINT', stop);
      return promise;
    },
    onHangUp(action) {
      hungUp = action;
    },
  };
}
