/** `/healthz`, and the few other answers that are not the issuer's. */
import type { Logger } from '@ostiary/primitives';

/**
 * Asks once for everybody who waits: a flood of probes is one question to the storage.
 *
 * @returns whether the check passed; a failure has been logged.
 */
export function sharedHealthCheck(check: () => Promise<void>, log: Logger): () => Promise<boolean> {
  let running: Promise<boolean> | undefined;
  return () => {
    running ??= attempt(check, log).finally(() => {
      running = undefined;
    });
    return running;
  };
}

async function attempt(check: () => Promise<void>, log: Logger): Promise<boolean> {
  try {
    await check();
    return true;
  } catch (error) {
    log.error('health.failed', { error });
    return false;
  }
}
