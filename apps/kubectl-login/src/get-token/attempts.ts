/**
 * The storm breaker: how often a browser may come up by itself. Tools that ask for tokens in the background would
 * otherwise open tab after tab while nobody is there. Only `kubectl login`, which a person types, resets the count.
 */
import type { Clock } from '@ostiary/primitives';
import * as z from 'zod/mini';
import { problem } from '../problem.ts';
import type { PrivateFiles } from '../store/private-files.ts';

const FIRST_PAUSE_MS = 60_000;
/** So many unanswered tabs in a row are enough: whoever comes back finds three, not the night's worth. */
const MOST_ATTEMPTS = 3;

const fileSchema = z.object({ version: z.literal(1), unfinished: z.number(), lastAt: z.number() });

export interface LoginAttempts {
  /** Throws when no browser may come up now. The remedy names the command that always may. */
  assertAllowed(command: string): void;
  /** Counts an attempt before it begins, so that one that is killed counts as well. */
  begin(): void;
  /** Somebody logged in, or asked for it by hand. */
  reset(): void;
}

export interface LoginAttemptsDeps {
  readonly path: string;
  readonly files: PrivateFiles;
  readonly now: Clock;
}

/** The record of automatic attempts for one issuer. */
export function loginAttempts({ path, files, now }: LoginAttemptsDeps): LoginAttempts {
  const read = (): { unfinished: number; lastAt: number } => readAttempts(files.read(path));
  return {
    assertAllowed(command) {
      const { unfinished, lastAt } = read();
      const sinceMs = now().getTime() - lastAt;
      const pauseMs = FIRST_PAUSE_MS * 2 ** (unfinished - 1);
      const allowed = unfinished === 0 || (unfinished < MOST_ATTEMPTS && (sinceMs < 0 || sinceMs >= pauseMs));
      if (allowed) return;
      throw problem({
        code: 'login/expired',
        cause: 'You have to log in, and an earlier login was not finished, so no browser was opened.',
        remedy: `Run: ${command}`,
      });
    },
    begin() {
      const record = { version: 1, unfinished: read().unfinished + 1, lastAt: now().getTime() };
      files.write(path, `${JSON.stringify(record)}\n`);
    },
    reset: () => files.remove(path),
  };
}

/** A damaged record counts as none: the worst is one more tab. */
function readAttempts(text: string | undefined): { unfinished: number; lastAt: number } {
  try {
    return fileSchema.parse(JSON.parse(text ?? ''));
  } catch {
    return { unfinished: 0, lastAt: 0 };
  }
}
