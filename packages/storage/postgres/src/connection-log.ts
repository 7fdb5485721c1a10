import type { Logger } from '@ostiary/primitives';

/** What is said about the connections of a pool. */
export interface ConnectionLog {
  failed(error: Error): void;
  answered(): void;
}

/**
 * Says each reason once until there is an answer again: every request of an outage fails, and an outage of a night must
 * not fill the log.
 */
export function connectionLog(log: Logger): ConnectionLog {
  const said = new Set<string>();
  let failures = 0;
  return {
    failed(error) {
      failures += 1;
      if (said.has(error.message)) return;
      said.add(error.message);
      log.warn('postgres.connection_failed', { error });
    },
    answered() {
      if (failures === 0) return;
      log.info('postgres.connection_recovered', { failures });
      said.clear();
      failures = 0;
    },
  };
}
