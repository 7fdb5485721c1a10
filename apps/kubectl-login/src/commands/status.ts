/** `kubectl login status`: the sessions of this machine, from disk alone. */
import { isFresh } from '../fast/credential.ts';
import { plainText } from '../plain-text.ts';
import { problem } from '../problem.ts';
import type { System } from '../system.ts';

export interface StatusFlags {
  readonly output?: string;
}

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
export function statusCommand({ output }: StatusFlags, system: System): number {
  if (output !== undefined && output !== 'json') {
    const remedy = 'Use -o json, or no -o for text.';
    throw problem({ code: 'config/invalid', cause: `"${output}" is not an output format.`, remedy });
  }
  const sessions = system.store.list().flatMap((id) => readStatus(id, system));
  system.print(output === 'json' ? `${JSON.stringify({ sessions }, null, 2)}\n` : format(sessions));
  return sessions.some(({ tokenValid, renewable }) => tokenValid || renewable) ? 0 : 1;
}

function readStatus(id: string, { store, now }: System): SessionStatus[] {
  const session = store.find(id);
  if (session === undefined) return [];
  const credential = store.credential(id);
  return [
    {
      session: id,
      issuer: session.key.issuer,
      user: session.user,
      subject: session.subject,
      clientId: session.key.clientId,
      tokenExpires: credential === undefined ? null : new Date(credential.expiresAt).toISOString(),
      tokenValid: credential !== undefined && isFresh(credential, now().getTime()),
      renewable: session.refreshToken !== undefined,
    },
  ];
}

function format(sessions: readonly SessionStatus[]): string {
  if (sessions.length === 0) return 'Not logged in. Run: kubectl login ISSUER\n';
  return sessions.map(formatOne).join('\n');
}

function formatOne(status: SessionStatus): string {
  const token =
    status.tokenExpires === null ? 'none' : `${status.tokenValid ? 'valid until' : 'ended'} ${status.tokenExpires}`;
  const renewal = status.renewable ? 'by itself' : `by kubectl login --session=${status.session}`;
  const lines = [
    ['session', status.session],
    ['issuer', status.issuer],
    ['user', status.user],
    ['token', token],
    ['renewal', renewal],
  ];
  return lines.map(([name = '', value = '']) => `${`${name}:`.padEnd(9)}${plainText(value)}\n`).join('');
}
