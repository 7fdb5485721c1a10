/** The commands that are printed for a person to copy. */
import { shellWord } from '../plain-text.ts';
import type { SessionKey } from '../store/session.ts';

/** The client when none is named. */
export const DEFAULT_CLIENT = 'kubectl';

/** The command that logs in for such a session, and not for one of another client or of other scopes. */
export function loginCommandOf({ issuer, clientId, scopes, connectorId, loginHint }: SessionKey): string {
  const flags: Record<string, string | undefined> = {
    '--client-id': clientId === DEFAULT_CLIENT ? undefined : clientId,
    '--scope': scopes.join(' ') || undefined,
    '--connector-id': connectorId,
    '--login-hint': loginHint,
  };
  const given = Object.entries(flags).flatMap(([flag, value]) => (value === undefined ? [] : [flag, value]));
  return ['kubectl', 'login', issuer, ...given].map(shellWord).join(' ');
}
