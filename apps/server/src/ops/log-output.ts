import type { Timers } from './timers.ts';

/** What a log needs of the machine. */
export interface FileCalls {
  write(fd: number, data: Uint8Array, done: (error: NodeJS.ErrnoException | null, written: number) => void): void;
  writeSync(fd: number, data: Uint8Array): number;
  /** Stops the process for so many milliseconds. */
  sleepSync(ms: number): void;
}

export interface LogOutputOptions {
  readonly fd: number;
  readonly calls: FileCalls;
  readonly timers: Timers;
}

/** Bytes that may wait for a reader; what comes then is lost. A log that nobody reads must not fill the memory. */
const MOST_WAITING = 16 * 1024 * 1024;
const PAUSE_MS = 100;
/** How often the end of the process waits so long for a slow reader. */
const LAST_PAUSES = 10;
const LINE_END = Buffer.from('\n');

/**
 * Writes the lines of the log to a file descriptor, one write after the other. It waits for no reader and never throws:
 * what cannot be written, to a full disk for one, is lost, and the next lines are tried again. The server answers
 * requests whether its log can be written or not. (The destination that pino brings ends the process at a full disk, or
 * tries for ever at its end.)
 */
export class LogOutput {
  readonly #options: LogOutputOptions;
  #waiting: Buffer[] = [];
  #size = 0;
  /** True until the write under way is done, its pauses included. */
  #busy = false;
  /** What waits for the end of a pause. */
  #paused: Buffer | undefined;
  /** True after a part of a line: the next one must not go on in it. */
  #broken = false;

  constructor(options: LogOutputOptions) {
    this.#options = options;
  }

  write(text: string): void {
    const data = Buffer.from(text);
    if (this.#size + data.length > MOST_WAITING) return;
    this.#waiting.push(data);
    this.#size += data.length;
    if (!this.#busy) this.#send(this.#takeAll(), false);
  }

  /** Writes what is waiting, now. For the end of the process. */
  flush(): void {
    const { fd, calls } = this.#options;
    let rest: Uint8Array = Buffer.concat([this.#paused ?? Buffer.alloc(0), this.#takeAll()]);
    this.#paused = undefined;
    for (let pauses = 0; rest.length > 0 && pauses < LAST_PAUSES; ) {
      try {
        rest = rest.subarray(calls.writeSync(fd, rest));
      } catch (error) {
        if (!isSlow(error)) return;
        pauses += 1;
        calls.sleepSync(PAUSE_MS);
      }
    }
  }

  #send(data: Buffer, begun: boolean): void {
    this.#busy = true;
    this.#options.calls.write(this.#options.fd, data, (error, written) => {
      if (error === null && written < data.length) this.#send(data.subarray(written), true);
      else if (error !== null && isSlow(error)) this.#sendLater(data, begun);
      else this.#next(error !== null && begun);
    });
  }

  #sendLater(data: Buffer, begun: boolean): void {
    this.#paused = data;
    this.#options.timers.after(PAUSE_MS, () => {
      this.#paused = undefined;
      this.#send(data, begun);
    });
  }

  #next(broken: boolean): void {
    this.#busy = false;
    this.#broken ||= broken;
    if (this.#size > 0) this.#send(this.#takeAll(), false);
  }

  #takeAll(): Buffer {
    const isNewLine = this.#broken && this.#size > 0;
    const all = Buffer.concat(isNewLine ? [LINE_END, ...this.#waiting] : this.#waiting);
    this.#waiting = [];
    this.#size = 0;
    if (isNewLine) this.#broken = false;
    return all;
  }
}

/** True when the reader is slow: it is worth trying again. */
function isSlow(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'EAGAIN' || error.code === 'EBUSY');
}
