/** All sessions of this user on this machine: their files, and the locks that guard them. */
import { createHash } from 'node:crypto';
import { type Credential, parseCredential } from '../fast/credential.ts';
import { isSessionId, sessionFiles } from '../fast/state-home.ts';
import { problem } from '../problem.ts';
import { draftOwner, type PrivateFiles } from './private-files.ts';
import { formatSession, parseSession, type Session } from './session.ts';

export interface SessionStore {
  /** Throws when the session does not exist or its file is damaged: the remedy is a login. */
  load(id: string): Session;
  find(id: string): Session | undefined;
  credential(id: string): Credential | undefined;
  /**
   * Writes the session first: it holds the rotated refresh token, and must be safe before a token is used. For the
   * holder of the session's lock, as `remove` is: both also remove what was left by a process that was killed.
   */
  save(session: Session, credential: Credential | undefined): void;
  remove(id: string): void;
  /** The session, and whatever else a process that was killed wrote of it: each may hold a token that is good still. */
  remains(id: string): readonly Session[];
  /** Throws when the folder cannot be read, as `traces` does: nobody is told that there are none. */
  list(): readonly string[];
  /** Those, and the ids of which any other file is left: a first save that was killed leaves a refresh token. */
  traces(): readonly string[];
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
  const read = (id: string): string | undefined => files.read(sessionFiles(home, id).session);
  const find = (id: string): Session | undefined => parseSession(read(id) ?? '');
  const lockPath = (id: string): string => `${home}/sessions/${id}.lock`;
  const removeDrafts = (id: string): void => {
    for (const path of [...Object.values(sessionFiles(home, id)), lockPath(id)]) files.removeDrafts(path);
  };
  return {
    find,
    load(id) {
      const text = read(id);
      const session = parseSession(text ?? '');
      if (session !== undefined) return session;
      const { session: path } = sessionFiles(home, id);
      const damaged = `The session file ${path} is damaged, or of another version of kubectl login.`;
      throw problem({
        code: text === undefined ? 'login/expired' : 'storage/corrupt',
        cause: text === undefined ? `There is no session ${id} on this machine.` : damaged,
        remedy: 'Run: kubectl login ISSUER',
      });
    },
    credential(id) {
      const text = files.read(sessionFiles(home, id).credential);
      return text === undefined ? undefined : parseCredential(text);
    },
    save(session, credential) {
      const paths = sessionFiles(home, session.id);
      const text = formatSession(session);
      // What cannot be read back would be found out when the token ends, and the old session would be gone by then.
      if (parseSession(text) === undefined) throw unreadable(session);
      removeDrafts(session.id);
      files.write(paths.session, text);
      if (credential === undefined) files.remove(paths.credential);
      else files.write(paths.credential, `${JSON.stringify(credential)}\n`);
    },
    remove(id) {
      removeDrafts(id);
      for (const path of Object.values(sessionFiles(home, id))) files.remove(path);
    },
    remains(id) {
      const texts = [read(id) ?? '', ...files.readDrafts(sessionFiles(home, id).session)];
      return texts.flatMap((text) => parseSession(text) ?? []);
    },
    list: () => idsOf(files.names(`${home}/sessions`), (name) => /^(.+)\.session\.json$/.exec(name)?.[1]),
    traces: () => idsOf(files.names(`${home}/sessions`), traceOf),
    callsPath: (id) => sessionFiles(home, id).calls,
    lockPath(id) {
      files.folder(`${home}/sessions`);
      return lockPath(id);
    },
    loginLockPath: (issuer) => `${issuerFile(issuer)}.lock`,
    attemptsPath: (issuer) => `${issuerFile(issuer)}.attempts.json`,
  };
}

function unreadable({ key }: Session): Error {
  return problem({
    code: 'storage/corrupt',
    cause: `What ${key.issuer} says of itself cannot be kept in a session.`,
    remedy: 'Set KUBECTL_LOGIN_DEBUG=1 and report its discovery document.',
  });
}

/** Whose file it is. A lock that stands is no trace: its holder may be about to make the first session. */
function traceOf(name: string): string | undefined {
  const owner = draftOwner(name);
  const id = /^(.+)\.(?:session\.json|credential\.json|calls|lock)$/.exec(owner ?? name)?.[1];
  return owner === undefined && name.endsWith('.lock') ? undefined : id;
}

function idsOf(names: readonly string[], read: (name: string) => string | undefined): readonly string[] {
  return [...new Set(names.flatMap((name) => read(name) ?? []))].filter(isSessionId).sort();
}
