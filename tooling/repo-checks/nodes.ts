/** The releases of Node.js that the published packages have to run on. */
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { stringify } from 'yaml';
import { oldestNode } from './data/package-shape.ts';
import { runPnpm, temporaryFolder } from './packing.ts';

export interface NodeRelease {
  /** For messages: `Node 22.18`. */
  readonly name: string;
  /** The folder in which the program `node` is. */
  readonly folder: string;
}

let oldest: Promise<NodeRelease> | undefined;

/** This very one, and the oldest that the packages promise to run on. It is fetched once. */
export async function nodeReleases(): Promise<readonly NodeRelease[]> {
  oldest ??= fetchRelease(oldestNode);
  return [{ name: `Node ${process.versions.node}`, folder: dirname(process.execPath) }, await oldest];
}

/** From npm, where the package `node` fetches the program for this machine when it is installed. */
async function fetchRelease(version: string): Promise<NodeRelease> {
  const folder = temporaryFolder('node');
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies: { node: version } }));
  writeFileSync(join(folder, 'pnpm-workspace.yaml'), stringify({ packages: ['.'], allowBuilds: { node: true } }));
  await runPnpm(['install', '--prefer-offline', '--no-frozen-lockfile'], folder);
  return { name: `Node ${version}`, folder: join(folder, 'node_modules/node/bin') };
}
