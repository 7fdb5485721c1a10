/** The proxies of the environment. They are no part of the file, but `check` has to say what `serve` would refuse. */
import type { ConfigIssue, EnvironmentLookup } from '@ostiary/connector-sdk/config';
import { proxyChoice } from '@ostiary/connector-sdk/proxy';
import { isOstiaryError } from '@ostiary/primitives';

/** A problem for each variable that names no proxy which connectors can use. What it names stays unsaid. */
export function proxyProblems(env: EnvironmentLookup): readonly ConfigIssue[] {
  return ['HTTP_PROXY', 'HTTPS_PROXY'].flatMap((name) => {
    const spellings = [name, name.toLowerCase()];
    try {
      proxyChoice(Object.fromEntries(spellings.map((spelling) => [spelling, env(spelling)])));
      return [];
    } catch (error) {
      if (!isOstiaryError(error, 'config/invalid')) throw error;
      return [{ path: name, message: error.message.replace(`${name} `, '') }];
    }
  });
}
