/** `kubectl login status`: the sessions of this machine, from disk alone. */
import { isOstiaryError } from '@ostiary/primitives';
import { isFresh } from '../fast/credential.ts';
import { plainText } from '../plain-text.ts';
import { explain, problem } from '../problem.ts';
import type { System } from '../system.ts';

export interface StatusFlags {
  readonly output?: string;
}

export type StatusSystem = Pick<System, 'store' | 'now' | 'print' | 'say'>;

interface SessionStatus {
  readonly session: string;
  readonly issuer: string;
  readonly user: string;
  readonly subject: string;
  readonly clientId: string;
  /** End of the present ID token (RFC 3339), null when there is none. */
  readonly tokenExpires: string | null;
  readonly tokenValid: boolean;
  /** True when a new token can be had without a login, as far as this machine knows. */
  readonly renewable: boolean;
}

/** Prints the sessions. @returns the exit status: 0 when at least one of them can be used. */
export function statusCommand({ output }: StatusFlags, system: StatusSystem): number {
  if (output !== undefined && output !== 'json') {
    const remedy = 'Use -o json, or no -o for text.';
    throw problem({ code: 'config/invalid', cause: `"${output}" is not an output format.`, remedy });
  }
  const ids = system.store.list();
  const sessions = ids.flatMap((id) => readStatus(id, system));
  const text = (): string =>
    ids.length === 0 ? 'Not logged in. Run: kubectl login ISSUER\n' : format(sessions, system);
  system.print(output === 'json' ? `${JSON.stringify({ sessions }, null, 2)}\n` : text());
  return sessions.some(({ tokenValid, renewable }) => tokenValid || renewable) ? 0 : 1;
}

/** One that cannot be used is told of, and does not hide the others. */
function readStatus(id: string, system: StatusSystem): SessionStatus[] {
  try {
    return [statusOf(id, system)];
  } catch (error) {
    if (!isOstiaryError(error)) throw error;
    system.say(explain(error).join(' '));
    return [];
  }
}

function statusOf(id: string, { store, now }: StatusSystem): SessionStatus {
  const session = store.load(id);
  const credential = store.credential(id);
  return {
    session: id,
    issuer: session.key.issuer,
    user: session.user,
    subject: session.subject,
    clientId: session.key.clientId,
    tokenExpires: credential === undefined ? null : new Date(credential.expiresAt).toISOString(),
    tokenValid: credential !== undefined && isFresh(credential, now().getTime()),
    renewable: session.refreshToken !== undefined,
  };
}

function format(sessions: readonly SessionStatus[], { now }: StatusSystem): string {
  const time = now().getTime();
  return sessions.map((session) => formatOne(session, time)).join('\n');
}

/** A token that is not to be used any more has not ended yet: it is replaced some time before. */
function tokenText({ tokenExpires, tokenValid }: SessionStatus, time: number): string {
  if (tokenExpires === null) return 'none';
  const ends = Date.parse(tokenExpires) > time ? 'ends' : 'ended';
  return `${tokenValid ? 'valid until' : ends} ${tokenExpires}`;
}

function formatOne(status: SessionStatus, time: number): string {
  const renewal = status.renewable ? 'by itself' : `by kubectl login --session=${status.session}`;
  const lines = [
    ['session', status.session],
    ['issuer', status.issuer],
    ['user', status.user],
    ['token', tokenText(status, time)],
    ['renewal', renewal],
  ];
  return lines.map(([name = '', value = '']) => `${`${name}:`.padEnd(9)}${plainText(value)}\n`).join('');
}
