/** Looks at files again when something in their folders changes, and once a minute for file systems that tell nothing. */
import { watch } from 'node:fs';
import type { Timers } from './timers.ts';

export interface WatchOptions {
  readonly folders: ReadonlySet<string>;
  /** Also called when nothing has changed. */
  readonly look: () => void;
  /** A folder cannot be watched, so that only the minutes count. */
  readonly onFailure: (folder: string, error: unknown) => void;
  readonly timers: Timers;
}

/** Writers need a moment: what belongs together may be several files, and several writes. */
const SETTLE_MS = 200;
const LOOK_ANYWAY_MS = 60_000;

/** Begins at once. Disposing ends it. */
export function watchFolders({ folders, look, onFailure, timers }: WatchOptions): Disposable {
  let cancelSettle = (): void => {};
  let cancelLook = (): void => {};
  const soon = (): void => {
    cancelSettle();
    cancelSettle = timers.after(SETTLE_MS, look);
  };
  const lookAnyway = (): void => {
    cancelLook = timers.after(LOOK_ANYWAY_MS, () => {
      look();
      lookAnyway();
    });
  };
  lookAnyway();
  const watchers = [...folders].flatMap((folder) => {
    try {
      const watcher = watch(folder, { persistent: false }, soon);
      watcher.on('error', (error) => onFailure(folder, error));
      return [watcher];
    } catch (error) {
      onFailure(folder, error);
      return [];
    }
  });
  return {
    [Symbol.dispose]() {
      cancelSettle();
      cancelLook();
      for (const watcher of watchers) watcher.close();
    },
  };
}
