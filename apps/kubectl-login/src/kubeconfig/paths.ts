/** Which kubeconfig files there are and where a new entry goes, by the rules of client-go's `clientcmd`. */
import { delimiter, join } from 'node:path';
import type { Env } from '../fast/state-home.ts';
import { problem } from '../problem.ts';

export interface KubeconfigPaths {
  /** Existing files, the first one wins for an entry that is in several. */
  readonly files: readonly string[];
  /** Where entries go that are in none of them; may not exist yet. */
  readonly target: string;
}

export interface KubeconfigSearch {
  /** `--kubeconfig`: this file only, which must exist. */
  readonly explicit: string | undefined;
  readonly env: Env;
  /** The person's home folder. */
  readonly home: string;
  readonly exists: (path: string) => boolean;
}

/** @throws {OstiaryError} `config/invalid` when `--kubeconfig` names no file. */
export function kubeconfigPaths({ explicit, env, home, exists }: KubeconfigSearch): KubeconfigPaths {
  if (explicit !== undefined) {
    if (exists(explicit)) return { files: [explicit], target: explicit };
    throw problem({
      code: 'config/invalid',
      cause: `The kubeconfig ${explicit} does not exist.`,
      remedy: 'Check --kubeconfig, or leave it out to use KUBECONFIG or ~/.kube/config.',
    });
  }
  const listed = [...new Set((env.KUBECONFIG ?? '').split(delimiter).filter((path) => path !== ''))];
  const candidates = listed.length > 0 ? listed : [join(home, '.kube', 'config')];
  const files = candidates.filter(exists);
  return { files, target: files[0] ?? candidates[candidates.length - 1] ?? '' };
}
