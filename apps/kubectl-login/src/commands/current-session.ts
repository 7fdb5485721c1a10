/** Which session is meant when none is named: the one that kubectl would use. */
import { existsSync } from 'node:fs';
import { isSessionId } from '../fast/state-home.ts';
import { sessionOfExec } from '../kubeconfig/change.ts';
import { currentContext, readEntry } from '../kubeconfig/document.ts';
import { type KubeconfigPaths, kubeconfigPaths } from '../kubeconfig/paths.ts';
import { readKubeconfig } from '../kubeconfig/update.ts';
import type { System } from '../system.ts';

export interface KubeconfigFlags {
  readonly kubeconfig?: string | undefined;
  readonly context?: string | undefined;
}

/** The kubeconfig files by kubectl's rules. */
export function findKubeconfig({ kubeconfig }: KubeconfigFlags, { env, home }: System): KubeconfigPaths {
  return kubeconfigPaths({ explicit: kubeconfig, env, home, exists: existsSync });
}

/** The session of a context, the current one by default; undefined when that context does not use us. */
export function sessionOfContext(flags: KubeconfigFlags, system: System): string | undefined {
  const { files } = readKubeconfig(findKubeconfig(flags, system));
  const first = <T>(read: (file: (typeof files)[number]) => T | undefined): T | undefined => {
    for (const file of files) {
      const found = read(file);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  const context = flags.context ?? first(({ document }) => currentContext(document));
  if (context === undefined) return undefined;
  const user = first(({ document }) => readEntry(document, 'contexts', context))?.user;
  if (typeof user !== 'string') return undefined;
  const id = sessionOfExec(first(({ document }) => readEntry(document, 'users', user))?.exec);
  return id !== undefined && isSessionId(id) ? id : undefined;
}
