/** All sessions of this user on this machine: their files, and the locks that guard them. */
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { type Credential, parseCredential } from '../fast/credential.ts';
import { sessionFiles } from '../fast/state-home.ts';
import { problem } from '../problem.ts';
import type { PrivateFiles } from './private-files.ts';
import { formatSession, parseSession, type Session } from './session.ts';

export interface SessionStore {
  /** Throws when the session does not exist or its file is damaged: the remedy is a login. */
  load(id: string): Session;
  find(id: string): Session | undefined;
  credential(id: string): Credential | undefined;
  /** Writes the session first: it holds the rotated refresh token, and must be safe before a token is used. */
  save(session: Session, credential: Credential | undefined): void;
  remove(id: string): void;
  list(): readonly string[];
  /** The journal of recent answers of a session. */
  callsPath(id: string): string;
  /** The lock to hold from reading a session to storing its successor. */
  lockPath(id: string): string;
  /** The lock to hold while a browser is asking the person to log in; one per issuer. */
  loginLockPath(issuer: string): string;
  /** The record of automatic logins that nobody finished; one per issuer. */
  attemptsPath(issuer: string): string;
}

/** @param home the state folder. */
export function createSessionStore(home: string, files: PrivateFiles): SessionStore {
  const issuerFile = (issuer: string): string => {
    files.folder(`${home}/issuers`);
    return `${home}/issuers/${createHash('sha256').update(issuer).digest('hex').slice(0, 20)}`;
  };
  const find = (id: string): Session | undefined => {
    const text = files.read(sessionFiles(home, id).session);
    return text === undefined ? undefined : parseSession(text);
  };
  return {
    find,
    load(id) {
      const session = find(id);
      if (session !== undefined) return session;
      throw problem({
        code: 'login/expired',
        cause: `There is no session ${id} on this machine.`,
        remedy: 'Run: kubectl login ISSUER',
      });
    },
    credential(id) {
      const text = files.read(sessionFiles(home, id).credential);
      return text === undefined ? undefined : parseCredential(text);
    },
    save(session, credential) {
      const paths = sessionFiles(home, session.id);
      files.write(paths.session, formatSession(session));
      if (credential === undefined) files.remove(paths.credential);
      else files.write(paths.credential, `${JSON.stringify(credential)}\n`);
    },
    remove(id) {
      for (const path of Object.values(sessionFiles(home, id))) files.remove(path);
    },
    list: () => listSessions(home),
    callsPath: (id) => sessionFiles(home, id).calls,
    lockPath(id) {
      files.folder(`${home}/sessions`);
      return `${home}/sessions/${id}.lock`;
    },
    loginLockPath: (issuer) => `${issuerFile(issuer)}.lock`,
    attemptsPath: (issuer) => `${issuerFile(issuer)}.attempts.json`,
  };
}

function listSessions(home: string): readonly string[] {
  try {
    return readdirSync(`${home}/sessions`)
      .flatMap((name) => /^(.+)\.session\.json$/.exec(name)?.[1] ?? [])
      .sort();
  } catch {
    return [];
  }
}
