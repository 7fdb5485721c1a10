/** Whether this Node will do. Imports nothing, so that the oldest Node can still load it. */

/** The oldest Node that has what the program uses; the same as `engines` in package.json. */
export const NEEDED_NODE = { major: 22, minor: 18 } as const;

/**
 * One line for somebody whose Node is too old; undefined when it will do.
 *
 * @param version as in `process.versions.node`.
 * @param path of that Node: kubectl in another program's hands may find another one than a terminal does.
 */
export function nodeProblem(version: string, path: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > NEEDED_NODE.major || (major === NEEDED_NODE.major && minor >= NEEDED_NODE.minor)) return undefined;
  const needed = `${NEEDED_NODE.major}.${NEEDED_NODE.minor}`;
  return `error: kubectl login needs Node ${needed} or newer, and ${path} is ${version}. Install a newer one, first on the PATH.`;
}
