/** The connectors of this repository, found by their exports. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Connector, ConnectorDefinition } from '@ostiary/connector-sdk';
import { readConfig } from '@ostiary/connector-sdk/config';
import { codeBlocks, testContext } from '@ostiary/connector-sdk/testing';
import { parse } from 'yaml';

export type AnyDefinition = ConnectorDefinition<unknown>;

export interface ConnectorPackage {
  /** Name of the folder below packages/connectors. */
  readonly folder: string;
  readonly readmePath: string;
  readonly readme: string;
  readonly definitions: readonly AnyDefinition[];
}

/** Imports every package below packages/connectors from its source. */
export async function findConnectors(root: string): Promise<readonly ConnectorPackage[]> {
  const base = join(root, 'packages/connectors');
  const folders = readdirSync(base, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const packages = folders.map(async ({ name: folder }) => {
    const exported: Record<string, unknown> = await import(pathToFileURL(join(base, folder, 'src/index.ts')).href);
    const readmePath = join(base, folder, 'README.md');
    return {
      folder,
      readmePath,
      readme: readFileSync(readmePath, 'utf8'),
      definitions: Object.values(exported).filter(isDefinition),
    };
  });
  return (await Promise.all(packages)).toSorted((a, b) => a.folder.localeCompare(b.folder));
}

function isDefinition(value: unknown): value is AnyDefinition {
  return typeof value === 'object' && value !== null && 'type' in value && 'config' in value && 'open' in value;
}

/** The option with which an operator says for how long a login is used. */
export const maxAgeKey = 'refreshMaxAge';

/** Opens a connector with the first example of its README, but with the default where that shows another age. */
export async function openExample({ readme }: ConnectorPackage, definition: AnyDefinition): Promise<Connector> {
  const examples = codeBlocks(readme, 'yaml').flatMap((code) => connectorsIn(parse(code)));
  const example = examples.find(({ type }) => type === definition.type);
  if (example === undefined) throw new Error(`the README has no example of ${definition.type}`);
  const { [maxAgeKey]: _shown, ...options } = example.config ?? {};
  const config = await readConfig(definition.config, options, { path: definition.type });
  return definition.open(config, testContext());
}

interface Example {
  readonly type: unknown;
  readonly config?: Readonly<Record<string, unknown>>;
}

function connectorsIn(document: unknown): readonly Example[] {
  if (typeof document !== 'object' || document === null || !('connectors' in document)) return [];
  return Array.isArray(document.connectors) ? document.connectors : [];
}
