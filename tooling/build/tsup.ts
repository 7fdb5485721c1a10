/**
 * The one place that knows the bundler. A package lists its public files once, in `exports` of its package.json,
 * and is built from that list, so what is declared and what is built cannot drift apart.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Options } from 'tsup';

const SOURCE_CONDITION = '@ostiary/source';

type ExportTarget = string | { readonly [condition: string]: string };

interface Manifest {
  readonly name: string;
  readonly exports?: { readonly [subpath: string]: ExportTarget };
}

/** Entries of a library: `{ 'oidc/index': 'src/oidc/index.ts' }`, read from `exports` of the package in `dir`. */
export function entriesFromExports(dir: string): Record<string, string> {
  const manifest = JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8')) as Manifest;
  const entries: Record<string, string> = {};
  for (const [subpath, target] of Object.entries(manifest.exports ?? {})) {
    if (subpath === './package.json') continue;
    const source = typeof target === 'string' ? undefined : target[SOURCE_CONDITION];
    if (source === undefined) {
      throw new Error(`${manifest.name}: exports["${subpath}"] has no "${SOURCE_CONDITION}" entry`);
    }
    entries[source.replace(/^\.\/src\//, '').replace(/\.tsx?$/, '')] = source.replace(/^\.\//, '');
  }
  return entries;
}

/**
 * Options for a published library: ESM, declarations, source maps, one output per line of `exports`. Declarations take six
 * times as long as the rest and nothing that runs reads them, so `OSTIARY_BUILD=programs` leaves them out.
 */
export function definePackage(dir: string = process.cwd(), env: NodeJS.ProcessEnv = process.env): Options {
  return {
    entry: entriesFromExports(dir),
    format: ['esm'],
    target: 'node22',
    platform: 'node',
    dts: env.OSTIARY_BUILD !== 'programs',
    sourcemap: true,
    clean: true,
    splitting: true,
    // tsup would write `sqlite` for `node:sqlite`, which does not exist.
    removeNodeProtocol: false,
  };
}

/** Options for a program: the same, without declarations. Dependencies stay external. */
export function defineProgram(entry: Record<string, string>): Options {
  return {
    entry,
    format: ['esm'],
    target: 'node22',
    platform: 'node',
    dts: false,
    sourcemap: true,
    clean: true,
    removeNodeProtocol: false,
  };
}
