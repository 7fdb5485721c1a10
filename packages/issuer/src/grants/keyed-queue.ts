/** Runs work of one key one after another, and of different keys side by side. */
export interface KeyedQueue {
  run<T>(key: string, work: () => Promise<T>): Promise<T>;
}

/**
 * Spares rivals in one process the compare and set they would lose, and a provider the questions they would repeat.
 * It is an economy, not a guard: between processes the storage decides.
 *
 * @param isShared what went wrong for one goes wrong, for this reason, for all that wait behind it: they hear it at once.
 *   Else each would wait in its turn until the same dead provider times out.
 */
export function keyedQueue(isShared: (error: unknown) => boolean): KeyedQueue {
  const tails = new Map<string, Promise<unknown>>();
  return {
    async run<T>(key: string, work: () => Promise<T>): Promise<T> {
      const afterFailure = (error: unknown): Promise<T> => (isShared(error) ? Promise.reject(error) : work());
      const before = tails.get(key);
      const mine = before === undefined ? work() : before.then(work, afterFailure);
      tails.set(key, mine);
      try {
        return await mine;
      } finally {
        if (tails.get(key) === mine) tails.delete(key);
      }
    },
  };
}
