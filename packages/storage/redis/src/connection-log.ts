import type { Logger } from '@ostiary/primitives';

/** What is said about the connections of a client. */
export interface ConnectionLog {
  failed(error: Error): void;
  ready(): void;
}

/**
 * Says each reason once until there is a connection again: a client that is without one tries every few seconds, and
 * an outage of a night must not fill the log.
 */
export function connectionLog(log: Logger): ConnectionLog {
  const said = new Set<string>();
  let failures = 0;
  return {
    failed(error) {
      failures += 1;
      if (said.has(error.message)) return;
      said.add(error.message);
      log.warn('redis.connection_failed', { error });
    },
    ready() {
      if (failures > 0) log.info('redis.connection_recovered', { failures });
      said.clear();
      failures = 0;
    },
  };
}
