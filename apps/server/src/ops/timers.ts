/** Timers, handed to everything that waits, so that a test owns the time. */

/** Forgets the timer; nothing happens when it has run already. */
export type Cancel = () => void;

export interface Timers {
  /** Runs `action` once, `ms` milliseconds from now. */
  after(ms: number, action: () => void): Cancel;
}

/** The machine's timers. They do not keep a process alive that has nothing else to do. */
export const systemTimers: Timers = {
  after(ms, action) {
    const timer = setTimeout(action, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
