/** Signals that end the demo. */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Resolves when this process is told to stop, and keeps listening: npm passes a signal on that the whole group has had
 * already, and the second one must not end this process before it has ended its programs.
 */
export function toldToStop(): Promise<'told'> {
  const { promise, resolve } = Promise.withResolvers<'told'>();
  for (const signal of signals) process.on(signal, () => resolve('told'));
  return promise;
}
