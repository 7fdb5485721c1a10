/** Takes up a new configuration while running: whole, or not at all. See docs/adr/0028. */
import { type Logger, OstiaryError } from '@ostiary/primitives';
import type { Config } from './config/config.ts';
import { changedParts } from './config/fixed-parts.ts';
import type { LoadedConfig } from './config/load.ts';

export interface ReloadOptions {
  /** What counts when it begins. */
  readonly used: LoadedConfig;
  /** Reads the file again. */
  readonly load: () => Promise<LoadedConfig>;
  /** Makes it count; rejects when something of it cannot be opened, and then nothing has changed. */
  readonly apply: (config: Config) => Promise<void>;
  readonly log: Logger;
}

/**
 * Makes the function that reads the file again and has it count. It never rejects: what is wrong is logged, and the
 * configuration in use stays. Of several calls one follows the other.
 */
export function createReload({ used: first, load, apply, log }: ReloadOptions): () => Promise<void> {
  let used = first;
  let running: Promise<void> = Promise.resolve();
  const readAgain = async (): Promise<void> => {
    try {
      const next = await load();
      requireSameParts(used, next);
      for (const { path, line, message } of next.warnings) log.warn('config.warning', { path, line, message });
      await apply(next.config);
      used = next;
      log.info('config.reloaded', { clients: next.config.clients.length, connectors: next.config.connectors.length });
    } catch (error) {
      log.error('config.reload_failed', { in_use: 'the configuration before', error });
    }
  };
  return () => {
    running = running.then(readAgain);
    return running;
  };
}

function requireSameParts(used: LoadedConfig, next: LoadedConfig): void {
  const changed = changedParts(used.fixedParts, next.fixedParts);
  if (changed.length === 0) return;
  throw new OstiaryError(
    'config/invalid',
    `${changed.join(', ')}: what the server was started with cannot change while it runs. Restart it, or change it back.`,
  );
}
