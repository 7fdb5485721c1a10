/** An issuer that is out of reach, as all callers of a session know it: by a line in the session's journal. */
import type { Clock } from '@ostiary/primitives';
import { noteCall, recentCalls } from '../fast/calls.ts';
import type { SessionStore } from '../store/session-store.ts';

export interface OutageDeps {
  readonly store: Pick<SessionStore, 'callsPath'>;
  readonly now: Clock;
}

/** Not the name of a process: it holds for whoever asks. */
const EVERYBODY = '*';
/** So long nobody who has a token asks such an issuer again. */
const OUTAGE_MS = 10_000;

/** Notes that the issuer of a session could not be reached. */
export function noteOutage(id: string, { store, now }: OutageDeps): void {
  noteCall(store.callsPath(id), { kind: 'unreachable', caller: EVERYBODY, at: now().getTime(), token: 0 });
}

/** When the issuer was last found out of reach (milliseconds); undefined when that is too long ago to count. */
export function lastOutage(id: string, { store, now }: OutageDeps): number | undefined {
  const time = now().getTime();
  return recentCalls(store.callsPath(id), EVERYBODY, time).findLast(({ at }) => time - at < OUTAGE_MS)?.at;
}
