/** The oldest Node that has what this server uses: `node:sqlite`, `Promise.withResolvers`. */
const needed = { major: 22, minor: 18 } as const;

/** What to tell somebody whose Node is too old; `undefined` when it will do. */
export function nodeProblem(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > needed.major || (major === needed.major && minor >= needed.minor)) return undefined;
  return `ostiary: needs Node ${needed.major}.${needed.minor} or newer, and this is ${version}. Install a newer one.`;
}
