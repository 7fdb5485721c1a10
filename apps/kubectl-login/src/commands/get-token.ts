/** `kubectl-login get-token`: kubectl's exec protocol. Standard output gets one object at the end, or nothing. */
import { callerName } from '../fast/calls.ts';
import { parseExecInfo } from '../fast/exec-info.ts';
import { isSessionId } from '../fast/state-home.ts';
import { loginAttempts } from '../get-token/attempts.ts';
import { getToken } from '../get-token/get-token.ts';
import { logInAgain } from '../get-token/log-in-again.ts';
import { chooseFlow } from '../login/choose-flow.ts';
import { openBrowser } from '../login/open-browser.ts';
import { discoverProvider } from '../oidc/provider.ts';
import { problem } from '../problem.ts';
import type { System } from '../system.ts';

export interface GetTokenOptions {
  readonly session: string;
}

/** How long a person may take for a login that a kubectl command brought about. */
const LOGIN_TIMEOUT_MS = 180_000;

/** Answers kubectl. */
export async function getTokenCommand({ session: id }: GetTokenOptions, system: System): Promise<void> {
  const { env, store } = system;
  assertSessionId(id);
  const info = parseExecInfo(env.KUBERNETES_EXEC_INFO);
  if (info === undefined) {
    throw problem({
      code: 'config/invalid',
      cause: 'KUBERNETES_EXEC_INFO holds no ExecCredential of client.authentication.k8s.io/v1 or v1beta1.',
      remedy:
        'Correct the apiVersion of the exec entry in the kubeconfig: kubectl login --session=ID writes a right one.',
    });
  }
  const caller = info.fromClient ? callerName(system.parentPid, env.KUBERNETES_EXEC_INFO ?? '') : undefined;
  const browser = {
    listenAddress: '127.0.0.1:0',
    isRemote: Boolean(env.SSH_CONNECTION),
    openBrowser: (url: string) => openBrowser(url, env.KUBECTL_LOGIN_BROWSER, system),
  };
  const text = await getToken(
    { id, info, caller },
    {
      ...system,
      isInteractive: system.isStdinTty,
      logInAgain: (session, refused) =>
        logInAgain(session, refused, {
          ...system,
          flowFor: ({ byDevice }) => chooseFlow({ byDevice, browser }, system),
          attempts: loginAttempts({
            path: store.attemptsPath(session.key.issuer),
            files: system.files,
            now: system.now,
          }),
          discover: ({ key, certificateAuthority }) =>
            discoverProvider(new URL(key.issuer), { fetch: system.fetchFor(certificateAuthority), now: system.now }),
          timeoutMs: LOGIN_TIMEOUT_MS,
        }),
    },
  );
  system.print(text);
}

/** A session id becomes a file name. @throws {OstiaryError} `config/invalid` */
export function assertSessionId(id: string): void {
  if (isSessionId(id)) return;
  throw problem({
    code: 'config/invalid',
    cause: `"${id}" is not the name of a session.`,
    remedy: 'kubectl login status shows the sessions of this machine.',
  });
}
