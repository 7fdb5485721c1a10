/**
 * Takes up new certificates while running: after an atomic rename (a Kubernetes secret), after a write in place, on
 * SIGHUP, and once a minute for file systems that tell nothing. Says when the one in use ends.
 */
import { dirname } from 'node:path';
import type { Server } from 'node:tls';
import type { Clock, Logger } from '@ostiary/primitives';
import type { Timers } from '../ops/timers.ts';
import { watchFolders } from '../ops/watch-folders.ts';
import { concernOf } from './certificate-time.ts';
import { type LoadedTls, loadTls, type ReadTextFile, type TlsSettings } from './tls-files.ts';

export interface TlsReloadOptions {
  readonly settings: TlsSettings;
  readonly loaded: LoadedTls;
  readonly readFile: ReadTextFile;
  readonly timers: Timers;
  readonly now: Clock;
  readonly log: Logger;
  /** Called when the server has something new to show, or to go by. */
  readonly onTakenUp?: () => void;
}

export interface TlsReload extends AsyncDisposable {
  /** Reads the files now (SIGHUP). Never rejects: what is wrong is logged, and the certificate in use stays. */
  reload(): Promise<void>;
}

/** Keeps the certificate of `server`, and whom it lets in, that of the files. */
export function startTlsReload(server: Pick<Server, 'setSecureContext'>, options: TlsReloadOptions): TlsReload {
  const { timers, settings, log, loaded } = options;
  const failures = failureTeller(options);
  let used = loaded;
  let running: Promise<void> = Promise.resolve();
  const tellConcern = concernTeller(options);
  const readAgain = (why: 'asked' | 'noticed'): Promise<void> => {
    running = running.then(async () => {
      if (why === 'asked') failures.forget();
      used = await takeUp(server, used, { ...options, failures });
      tellConcern(used);
    });
    return running;
  };
  tellConcern(used);
  const watching = watchFolders({
    folders: foldersOf(settings),
    look: () => void readAgain('noticed'),
    onFailure: (folder, error) => log.warn('tls.watch_failed', { folder, error }),
    timers,
  });
  return {
    reload: () => readAgain('asked'),
    async [Symbol.asyncDispose]() {
      watching[Symbol.dispose]();
      await running;
    },
  };
}

function foldersOf({ certFile, keyFile, clientCaFile }: TlsSettings): ReadonlySet<string> {
  return new Set([certFile, keyFile, ...(clientCaFile === undefined ? [] : [clientCaFile])].map(dirname));
}

interface TakeUpOptions extends TlsReloadOptions {
  readonly failures: FailureTeller;
}

/** Loads the files and gives them to the server if they changed; answers what is in use then. */
async function takeUp(
  server: Pick<Server, 'setSecureContext'>,
  used: LoadedTls,
  options: TakeUpOptions,
): Promise<LoadedTls> {
  const { settings, readFile, log, failures, onTakenUp } = options;
  try {
    const loaded = await loadTls(settings, readFile);
    const changed = loaded.fingerprint !== used.fingerprint;
    if (changed) server.setSecureContext(loaded.options);
    failures.forget();
    if (!changed) return used;
    log.info('tls.reloaded', { certificate: settings.certFile });
    onTakenUp?.();
    return loaded;
  } catch (error) {
    failures.tell(error);
    return used;
  }
}

interface FailureTeller {
  tell(error: unknown): void;
  /** The next failure is told whatever it is. */
  forget(): void;
}

/**
 * Says a failure once, although files are read at every change of anything in their folder. The log itself may lie
 * there: then each line of it would bring the next.
 */
function failureTeller({ settings, log }: TlsReloadOptions): FailureTeller {
  let told: string | undefined;
  return {
    tell(error) {
      const message = String(error);
      if (message === told) return;
      told = message;
      log.error('tls.reload_failed', { certificate: settings.certFile, in_use: 'the certificate before', error });
    },
    forget() {
      told = undefined;
    },
  };
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
