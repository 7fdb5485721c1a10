/** Sessions in memory: bounded in number and time, known by a random cookie. */
import { randomBytes } from 'node:crypto';
import type { PendingLogin, Tokens } from './relying-party.ts';

export interface Session {
  /** One for each tab that went to the issuer and is not back yet. */
  readonly pending?: readonly PendingLogin[];
  readonly tokens?: Tokens;
}

export interface Sessions {
  get(id: string | undefined): Session | undefined;
  /** Makes a session and answers its id. A login always gets a new one, so nobody can plant theirs. */
  create(session: Session): string;
  remove(id: string | undefined): void;
}

export interface SessionLimits {
  readonly most: number;
  readonly lifeMs: number;
  readonly now: () => number;
}

export function createSessions({ most, lifeMs, now }: SessionLimits): Sessions {
  const sessions = new Map<string, { readonly session: Session; readonly until: number }>();
  return {
    get(id) {
      const found = id === undefined ? undefined : sessions.get(id);
      return found !== undefined && found.until > now() ? found.session : undefined;
    },
    create(session) {
      // A Map keeps the order of insertion: the first is the oldest.
      for (const [oldest, { until }] of sessions) {
        if (sessions.size < most && until > now()) break;
        sessions.delete(oldest);
      }
      const id = randomBytes(32).toString('base64url');
      sessions.set(id, { session, until: now() + lifeMs });
      return id;
    },
    remove(id) {
      if (id !== undefined) sessions.delete(id);
    },
  };
}
