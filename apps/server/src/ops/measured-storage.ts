import type { StorageDriver } from '@ostiary/storage-sdk';
import type { ServerMetrics } from './metrics.ts';

export interface MeasureOptions {
  readonly metrics: Pick<ServerMetrics, 'observeStorage'>;
  /** Milliseconds that only grow. */
  readonly elapsed: () => number;
}

/** The same storage, with the time of each call counted. */
export function measuredStorage(driver: StorageDriver, { metrics, elapsed }: MeasureOptions): StorageDriver {
  const measure = async <R>(verb: string, call: () => Promise<R>): Promise<R> => {
    const started = elapsed();
    let failed = true;
    try {
      const answer = await call();
      failed = false;
      return answer;
    } finally {
      metrics.observeStorage({ verb, seconds: (elapsed() - started) / 1000, failed });
    }
  };
  return {
    get: (key) => measure('get', () => driver.get(key)),
    put: (key, value, options) => measure('put', () => driver.put(key, value, options)),
    take: (key, options) => measure('take', () => driver.take(key, options)),
    scan: (options) => measure('scan', () => driver.scan(options)),
    sweep: (options) => measure('sweep', () => driver.sweep(options)),
    [Symbol.asyncDispose]: () => driver[Symbol.asyncDispose](),
  };
}
