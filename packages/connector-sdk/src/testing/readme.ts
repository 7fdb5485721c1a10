/** Keeps a README honest: its examples are loaded, its table of keys is compared with the schema. */
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { z } from 'zod';
import { configKeys, formatIssue, parseConfig } from '../config/index.ts';
import type { ConnectorDefinition } from '../define.ts';

/** The contents of the fenced code blocks of one language. */
export function codeBlocks(markdown: string, language: string): readonly string[] {
  const fence = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gmu');
  return [...markdown.matchAll(fence)].map(([, code]) => code ?? '');
}

/** The keys that tables of a README name: rows of tables whose first column is headed `key`. */
export function documentedKeys(markdown: string): readonly string[] {
  const tables = markdown.match(/^\|\s*key\s*\|.*(?:\n\|.*)*/gmu) ?? [];
  const rows = tables.flatMap((table) => table.split('\n').slice(2));
  return rows.flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/gu)].map(([, key]) => key ?? ''));
}

/** What the tables of a README leave out or make up, compared with the schemas. Empty when they agree. */
export function readmeProblems(markdown: string, ...schemas: readonly StandardSchemaV1[]): readonly string[] {
  const known = new Set(schemas.flatMap((schema) => configKeys(schema).map((key) => key.path)));
  const documented = new Set(documentedKeys(markdown));
  return [
    ...[...known].filter((key) => !documented.has(key)).map((key) => `${key} is in the schema but not in the table`),
    ...[...documented].filter((key) => !known.has(key)).map((key) => `${key} is in the table but not in the schema`),
  ];
}

/** A README, and what reads the configurations in it. */
export interface Examples {
  readonly markdown: string;
  /** Reads YAML; handed in so that this kit needs no parser. */
  readonly parseYaml: (text: string) => unknown;
  readonly definitions: readonly Pick<ConnectorDefinition<unknown>, 'type' | 'aliases' | 'config'>[];
}

const document = z.object({ connectors: z.array(z.object({ type: z.string(), config: z.unknown().optional() })) });

/** Loads every `connectors:` example of a README. Empty when all load, and every definition has one. */
export async function exampleProblems(examples: Examples): Promise<readonly string[]> {
  const parsed = codeBlocks(examples.markdown, 'yaml').map((code) => document.safeParse(examples.parseYaml(code)));
  const connectors = parsed.flatMap((block) => block.data?.connectors ?? []);
  const problems = examples.definitions
    .filter(({ type }) => !connectors.some((connector) => connector.type === type))
    .map(({ type }) => `there is no example of ${type}`);
  for (const { type, config } of connectors) {
    const definition = examples.definitions.find((one) => one.type === type || one.aliases?.includes(type));
    if (definition === undefined) {
      problems.push(`an example has the unknown type ${type}`);
      continue;
    }
    const result = await parseConfig(definition.config, config, { path: type });
    if (!result.ok) problems.push(...result.issues.map(formatIssue));
  }
  return problems;
}
