/** What Node itself warns of, such as TLS that verifies nobody (NODE_TLS_REJECT_UNAUTHORIZED), as lines of the log. */
import type { Logger } from '@ostiary/primitives';

/** The part of `process` that is needed. */
export interface WarningSource {
  listenerCount(event: 'warning'): number;
  removeAllListeners(event: 'warning'): unknown;
  on(event: 'warning', listener: (warning: NodeWarning) => void): unknown;
}

type NodeWarning = Error & { readonly code?: string };

export interface NodeWarnings {
  /** Writes what was heard so far, and all that comes. */
  writeTo(log: Logger): void;
}

/** Of interest to whoever writes programs, not to whoever runs them. */
const forDevelopers: ReadonlySet<string> = new Set(['ExperimentalWarning', 'DeprecationWarning']);

/** Takes the place of Node's own printer, whose lines nothing that reads the log understands. Silent with `--no-warnings`. */
export function hearNodeWarnings(source: WarningSource): NodeWarnings {
  const early: NodeWarning[] = [];
  let write = (warning: NodeWarning): void => void early.push(warning);
  if (source.listenerCount('warning') > 0) {
    source.removeAllListeners('warning');
    source.on('warning', (warning) => write(warning));
  }
  return {
    writeTo(log) {
      write = ({ name, code, message }) => {
        const fields = { name, code, message };
        if (forDevelopers.has(name)) log.debug('node.warning', fields);
        else log.warn('node.warning', fields);
      };
      for (const warning of early.splice(0)) write(warning);
    },
  };
}
