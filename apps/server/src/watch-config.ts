/** `ostiary serve --watch`: changes of the configuration file are taken up by themselves. */
import { dirname } from 'node:path';
import type { ReadFile } from '@ostiary/connector-sdk/config';
import type { Logger } from '@ostiary/primitives';
import { hashOfText } from './config/fixed-parts.ts';
import type { Timers } from './ops/timers.ts';
import { watchFolders } from './ops/watch-folders.ts';

export interface WatchConfigDeps {
  /** Of the text that the server was started with. */
  readonly textHash: string;
  readonly reload: () => Promise<void>;
  readonly readFile: ReadFile;
  readonly timers: Timers;
  readonly log: Logger;
}

/**
 * Reloads when the text of the file has changed: once for each text, though anything in its folder, the log perhaps, may
 * change at any time. Files that it names, such as those with secrets, are read at a reload and not watched.
 */
export function watchConfig(
  { watched }: { readonly watched?: string },
  { textHash, reload, readFile, timers, log }: WatchConfigDeps,
): Disposable {
  if (watched === undefined) return { [Symbol.dispose]() {} };
  let seen = textHash;
  let running: Promise<void> = Promise.resolve();
  const lookOnce = async (): Promise<void> => {
    const text = await readFile(watched).catch(() => undefined);
    // Gone for a moment while it is replaced, or for good: what is in use stays.
    if (text === undefined || hashOfText(text) === seen) return;
    seen = hashOfText(text);
    await reload();
  };
  const look = (): void => {
    running = running.then(lookOnce);
  };
  return watchFolders({
    folders: new Set([dirname(watched)]),
    look,
    onFailure: (folder, error) => log.warn('config.watch_failed', { folder, error }),
    timers,
  });
}
