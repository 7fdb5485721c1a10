/** Storage and connectors: which definition a `type` means, and its options read by that definition's schema. */
import type { LocalConfig } from '@ostiary/connector-local';
import type { ConnectorDefinition } from '@ostiary/connector-sdk';
import {
  checkNamedFiles,
  type EnvironmentLookup,
  expandEnvironment,
  type ParsedConfig,
  parseConfig,
  type ReadFile,
} from '@ostiary/connector-sdk/config';
import type { StorageDefinition } from '@ostiary/storage-sdk';
import { closest, distance } from 'fastest-levenshtein';
import type { ConnectorSettings, StorageSettings } from './config.ts';
import { optionOf } from './option.ts';
import type { Report } from './report.ts';

/** What the server was built with. Whatever a definition takes is checked by its own schema: hence `unknown`. */
export interface PlugIns {
  readonly storages: readonly StorageDefinition<unknown>[];
  readonly connectors: readonly ConnectorDefinition<unknown>[];
  /** The password database, which `enablePasswordDB` switches on. Takes `staticPasswords`. */
  readonly passwordDatabase: ConnectorDefinition<LocalConfig>;
}

export interface PlugInReader {
  readonly report: Report;
  readonly env: EnvironmentLookup;
  readonly readFile: ReadFile;
  readonly expand: boolean;
  readonly unknownKeys: 'error' | 'warning';
}

interface TypedBlock {
  readonly type: string;
  readonly config?: unknown;
}

/** The storage of the file; `undefined` when the report says why there is none. */
export async function readStorage(
  block: TypedBlock,
  definitions: readonly StorageDefinition<unknown>[],
  reader: PlugInReader,
): Promise<StorageSettings | undefined> {
  const definition = byType(definitions, block.type);
  if (definition === undefined) {
    reader.report.problem('storage.type', unknownType(block.type, names(definitions)));
    return undefined;
  }
  const path = 'storage.config';
  const parsed = await readOptions(definition, expandVariables(block.config, path, reader), { path, reader });
  if (!parsed.ok) return undefined;
  const { type, durable } = definition;
  return { type, durable, open: (deps) => definition.open(parsed.value, deps) };
}

export interface ConnectorInput extends TypedBlock {
  readonly id: string;
  readonly name: string;
  /** `connectors[0]` */
  readonly path: string;
}

export interface ReadConnector {
  /** Absent when the report says why there is none. */
  readonly connector?: ConnectorSettings;
  /** `redirectURI`, also among options that are wrong otherwise. */
  readonly callbackUrl?: string;
  /** What its answers hold besides an identity; absent: nothing. */
  readonly claims?: string | undefined;
}

/** A connector of the file; whatever is wrong with its options goes into the report. */
export async function readConnector(
  input: ConnectorInput,
  definitions: readonly ConnectorDefinition<unknown>[],
  reader: PlugInReader,
): Promise<ReadConnector> {
  const definition = byType(definitions, input.type);
  if (definition === undefined) {
    reader.report.problem(`${input.path}.type`, unknownType(input.type, names(definitions)));
    return {};
  }
  const path = `${input.path}.config`;
  const options = expandVariables(input.config, path, reader);
  const parsed = await readOptions(definition, options, { path, reader });
  const redirectUri = redirectUriOf(options);
  const callback = redirectUri === undefined ? {} : { callbackUrl: redirectUri };
  const claims = definition.about?.claims;
  if (!parsed.ok) return { ...callback, claims };
  const { id, name } = input;
  const open: ConnectorSettings['open'] = (context) => definition.open(parsed.value, context);
  return { ...callback, claims, connector: { id, type: definition.type, name, ...callback, open } };
}

/** The options of a block, read by the schema of its definition; whatever is wrong goes into the report. */
export async function readOptions<C>(
  definition: StorageDefinition<C> | ConnectorDefinition<C>,
  options: unknown,
  { path, reader }: { readonly path: string; readonly reader: PlugInReader },
): Promise<ParsedConfig<C>> {
  const { unknownKeys, readFile, report } = reader;
  const parsed = await parseConfig(definition.config, options, { path, unknownKeys });
  const issues = parsed.ok ? [] : parsed.issues;
  const unreadable = await checkNamedFiles(definition.config, options, { path, readFile });
  // A key that has to go is not told to be wrong besides.
  const others = unreadable.filter((file) => !issues.some((issue) => issue.path === file.path));
  report.add({ problems: [...issues, ...others], warnings: parsed.warnings });
  return parsed;
}

/** Replaces `$NAME` where Dex does; names variables that are not set, which become nothing. */
export function expandVariables(raw: unknown, path: string, { env, expand, report }: PlugInReader): unknown {
  if (!expand) return raw;
  const unset = new Set<string>();
  const value = expandEnvironment(raw, (name) => {
    const found = env(name);
    if (found === undefined) unset.add(name);
    return found;
  });
  for (const message of whatBecomesEmpty(unset)) report.warn(path, message);
  return value;
}

/**
 * Whoever writes `$$` means one dollar sign, as Argo CD does for every one in a secret. It is the variable named `$`
 * here, as in Go, and `DEX_EXPAND_ENV=false` would leave both: so it has a remedy of its own.
 */
function whatBecomesEmpty(unset: ReadonlySet<string>): readonly string[] {
  const names = [...unset].filter((name) => name !== '$').map((name) => `$${name}`);
  const messages = unset.has('$')
    ? [
        "uses $$, which is the variable named $, as in Dex, and not set. For a dollar sign start with: env '$=$' ostiary",
      ]
    : [];
  if (names.length === 0) return messages;
  return [
    ...messages,
    `uses ${names.join(', ')}, not set in the environment, so it becomes empty. Set it, or DEX_EXPAND_ENV=false.`,
  ];
}

function byType<D extends { readonly type: string; readonly aliases?: readonly string[] }>(
  definitions: readonly D[],
  type: string,
): D | undefined {
  return definitions.find((definition) => definition.type === type || definition.aliases?.includes(type));
}

const names = (definitions: readonly { readonly type: string; readonly aliases?: readonly string[] }[]) =>
  definitions.flatMap(({ type, aliases = [] }) => [type, ...aliases]);

function unknownType(type: string, known: readonly string[]): string {
  const nearest = closest(type.toLowerCase(), known);
  const hint = distance(type.toLowerCase(), nearest.toLowerCase()) < 3 ? ` Did you mean ${nearest}?` : '';
  return `is "${type}", which is not a known type.${hint} Known: ${known.join(', ')}.`;
}

/** Every Dex connector that comes back to the issuer calls its registered callback `redirectURI`. */
function redirectUriOf(options: unknown): string | undefined {
  const found = optionOf(options, 'redirectURI');
  return typeof found === 'string' && found !== '' ? found : undefined;
}
