/**
 * Takes up new certificates while running: after an atomic rename (a Kubernetes secret), after a write in place, on
 * SIGHUP, and once a minute for file systems that tell nothing. Says when the one in use ends.
 */
import { type FSWatcher, watch } from 'node:fs';
import type { Server } from 'node:https';
import { dirname } from 'node:path';
import type { Clock, Logger } from '@ostiary/primitives';
import type { Timers } from '../ops/timers.ts';
import { concernOf } from './certificate-time.ts';
import { type LoadedTls, loadTls, type ReadTextFile, type TlsSettings } from './tls-files.ts';

export interface TlsReloadOptions {
  readonly settings: TlsSettings;
  readonly loaded: LoadedTls;
  readonly readFile: ReadTextFile;
  readonly timers: Timers;
  readonly now: Clock;
  readonly log: Logger;
}

export interface TlsReload extends AsyncDisposable {
  /** Reads the files now (SIGHUP). Never rejects: what is wrong is logged, and the certificate in use stays. */
  reload(): Promise<void>;
}

/** Writers need a moment: certificate and key are two files. */
const SETTLE_MS = 200;
const LOOK_ANYWAY_MS = 60_000;

/** Keeps the certificate of `server` that of the files. */
export function startTlsReload(server: Server, options: TlsReloadOptions): TlsReload {
  const { timers, settings, log, loaded } = options;
  let cancelSettle = (): void => {};
  let cancelLook = (): void => {};
  let used = loaded;
  let running: Promise<void> = Promise.resolve();
  const tellConcern = concernTeller(options);
  const reload = (): Promise<void> => {
    running = running.then(async () => {
      used = await takeUp(server, used, options);
      tellConcern(used);
    });
    return running;
  };
  const soon = (): void => {
    cancelSettle();
    cancelSettle = timers.after(SETTLE_MS, () => void reload());
  };
  const look = (): void => {
    cancelLook = timers.after(LOOK_ANYWAY_MS, () => {
      void reload();
      look();
    });
  };
  tellConcern(used);
  look();
  const folders = new Set([dirname(settings.certFile), dirname(settings.keyFile)]);
  const watchers = [...folders].flatMap((folder) => watchFolder(folder, soon, log));
  return {
    reload,
    async [Symbol.asyncDispose]() {
      cancelSettle();
      cancelLook();
      for (const watcher of watchers) watcher.close();
      await running;
    },
  };
}

/** Loads the files and gives them to the server if they changed; answers what is in use then. */
async function takeUp(server: Server, used: LoadedTls, options: TlsReloadOptions): Promise<LoadedTls> {
  const { settings, readFile, log } = options;
  try {
    const loaded = await loadTls(settings, readFile);
    if (loaded.fingerprint === used.fingerprint) return used;
    server.setSecureContext(loaded.options);
    log.info('tls.reloaded', { certificate: settings.certFile });
    return loaded;
  } catch (error) {
    log.error('tls.reload_failed', { certificate: settings.certFile, in_use: 'the certificate before', error });
    return used;
  }
}

/** Says of each certificate once what is the matter with its time, although it is looked at every minute. */
function concernTeller({ settings, now, log }: TlsReloadOptions): (used: LoadedTls) => void {
  let told: string | undefined;
  return ({ validity, fingerprint }) => {
    const concern = concernOf(validity, now());
    const what = concern && `${concern.event} ${fingerprint}`;
    if (concern && what !== told) log.warn(concern.event, { certificate: settings.certFile, ...validity });
    told = what;
  };
}

function watchFolder(folder: string, changed: () => void, log: Logger): readonly FSWatcher[] {
  try {
    const watcher = watch(folder, { persistent: false }, changed);
    watcher.on('error', (error) => log.warn('tls.watch_failed', { folder, error }));
    return [watcher];
  } catch (error) {
    log.warn('tls.watch_failed', { folder, error });
    return [];
  }
}
