/** What kubectl says about itself in `KUBERNETES_EXEC_INFO`. Part of the fast path: imports nothing. */

/** The versions of the exec credential API that we answer, by their key in a credential file. */
export type ExecApiVersion = 'v1' | 'v1beta1';

export interface ExecInfo {
  readonly apiVersion: ExecApiVersion;
  /** True when the variable was set: a Kubernetes client is asking, not a person at a prompt. */
  readonly fromClient: boolean;
  /** Whether the client lets us talk to a person. Undefined when it did not say. */
  readonly interactive: boolean | undefined;
}

/** The API group of exec credentials. */
export const EXEC_API_GROUP = 'client.authentication.k8s.io';

/**
 * Reads the variable. Without it the answer is v1beta1, as every other plugin's.
 *
 * @param text the value of `KUBERNETES_EXEC_INFO`.
 * @returns undefined when it is not an ExecCredential of a version we speak.
 */
export function parseExecInfo(text: string | undefined): ExecInfo | undefined {
  if (!text) return { apiVersion: 'v1beta1', fromClient: false, interactive: undefined };
  let info: { kind?: unknown; apiVersion?: unknown; spec?: { interactive?: unknown } | null } | null;
  try {
    info = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof info !== 'object' || info === null || info.kind !== 'ExecCredential') return undefined;
  const version = String(info.apiVersion);
  const apiVersion =
    version === `${EXEC_API_GROUP}/v1` ? 'v1' : version === `${EXEC_API_GROUP}/v1beta1` ? 'v1beta1' : undefined;
  if (apiVersion === undefined) return undefined;
  const interactive = info.spec?.interactive;
  return { apiVersion, fromClient: true, interactive: typeof interactive === 'boolean' ? interactive : undefined };
}
