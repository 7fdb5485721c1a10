import { AsyncLocalStorage } from 'node:async_hooks';
import type { LogFields, Logger } from '@ostiary/primitives';

/** Which request the server works for, wherever it is in the code. */
export interface RequestScope {
  /** Works for a request; its fields are asked for only when a line is written. */
  run<T>(fields: () => LogFields, work: () => T): T;
  /**
   * A log for what is opened once and works for all requests, as connectors are: its lines have the fields of the
   * request during which they are written.
   */
  bind(log: Logger): Logger;
}

export function createRequestScope(): RequestScope {
  const current = new AsyncLocalStorage<() => LogFields>();
  const bind = (log: Logger): Logger => {
    const line =
      (level: 'debug' | 'info' | 'warn' | 'error') =>
      (event: string, fields?: LogFields): void => {
        const request = current.getStore();
        log[level](event, request === undefined ? fields : { ...request(), ...fields });
      };
    return {
      debug: line('debug'),
      info: line('info'),
      warn: line('warn'),
      error: line('error'),
      child: (fields) => bind(log.child(fields)),
    };
  };
  return { run: (fields, work) => current.run(fields, work), bind };
}
