/** What the connections of a driver tell. */
export interface ConnectionLog {
  /** A connection could not be made, broke, or gave no answer. */
  failed(error: Error): void;
  /** There is a connection, or an answer, again. */
  works(): void;
}

/** What is written when: the driver names its own events. */
export interface ConnectionEvents {
  failed(error: Error): void;
  /** `failures` came since it last worked, written or not. */
  recovered(failures: number): void;
}

/**
 * Lets through each reason once until it works again: whoever is without a server tries every few seconds, and an outage
 * of a night must not fill the log.
 */
export function connectionLog(events: ConnectionEvents): ConnectionLog {
  const said = new Set<string>();
  let failures = 0;
  return {
    failed(error) {
      failures += 1;
      if (said.has(error.message)) return;
      said.add(error.message);
      events.failed(error);
    },
    works() {
      if (failures === 0) return;
      events.recovered(failures);
      said.clear();
      failures = 0;
    },
  };
}
