/** Where lines are gathered. */
export interface LinesTogether {
  /** Takes a line; it is written at the end of this turn of the event loop. */
  write(line: string): void;
  /** Writes what is waiting, now. For the end of the process. */
  flush(): void;
}

/**
 * Writes the lines of one turn of the event loop in one go. A busy turn answers dozens of requests, and each way to the
 * operating system costs more than the line itself; a quiet one has one line, which is written as soon as before.
 *
 * @param write takes one or more lines.
 * @param atEndOfTurn `setImmediate`, or a test's own.
 */
export function linesTogether(
  write: (lines: string) => unknown,
  atEndOfTurn: (action: () => void) => unknown,
): LinesTogether {
  let waiting = '';
  const flush = (): void => {
    const lines = waiting;
    waiting = '';
    if (lines !== '') write(lines);
  };
  return {
    write(line) {
      if (waiting === '') atEndOfTurn(flush);
      waiting += line;
    },
    flush,
  };
}
