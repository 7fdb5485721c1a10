import type { Logger } from '@ostiary/primitives';
import type { ServerMetrics } from './metrics.ts';

/** A log that also counts its events, so that whatever is worth a line can be watched and alerted on. */
export function countEvents(log: Logger, metrics: Pick<ServerMetrics, 'countEvent'>): Logger {
  const counted =
    (level: 'info' | 'warn' | 'error'): Logger['info'] =>
    (event, fields) => {
      metrics.countEvent(event, level);
      log[level](event, fields);
    };
  return {
    debug: (event, fields) => log.debug(event, fields),
    info: counted('info'),
    warn: counted('warn'),
    error: counted('error'),
    child: (fields) => countEvents(log.child(fields), metrics),
  };
}
