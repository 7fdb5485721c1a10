/** Where the plugin keeps its files. Part of the fast path: imports nothing. */

/** The environment variables of a process. */
export type Env = Readonly<Record<string, string | undefined>>;

/** With a relative path, each folder that kubectl runs in would have sessions, and tokens, of its own. */
const isAbsolute = (path: string | undefined): path is string => /^(?:\/|[a-z]:[\\/]|\\\\)/i.test(path ?? '');

/**
 * The folder of all our files: `KUBECTL_LOGIN_HOME`, else `$XDG_STATE_HOME/kubectl-login`, else the platform's custom.
 *
 * @returns undefined when the environment names no home at all, or one that depends on where kubectl runs.
 */
export function stateHome(env: Env, platform: string): string | undefined {
  if (env.KUBECTL_LOGIN_HOME) return isAbsolute(env.KUBECTL_LOGIN_HOME) ? env.KUBECTL_LOGIN_HOME : undefined;
  // The XDG specification wants relative paths ignored.
  if (isAbsolute(env.XDG_STATE_HOME)) return `${env.XDG_STATE_HOME}/kubectl-login`;
  if (platform === 'win32') return env.LOCALAPPDATA ? `${env.LOCALAPPDATA}/kubectl-login` : undefined;
  return isAbsolute(env.HOME) ? `${env.HOME}/.local/state/kubectl-login` : undefined;
}

/** A session id is a file name: this is what keeps it inside our folder. */
export function isSessionId(text: string): boolean {
  return /^[a-z0-9](?:[a-z0-9.-]{0,62}[a-z0-9])?$/.test(text) && !text.includes('..');
}

/** The files of one session. */
export function sessionFiles(home: string, id: string): { session: string; credential: string; calls: string } {
  const base = `${home}/sessions/${id}`;
  return { session: `${base}.session.json`, credential: `${base}.credential.json`, calls: `${base}.calls` };
}
