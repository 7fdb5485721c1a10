/** `connectors` and the password database, which is a connector too. */
import type { ConfigIssue } from '@ostiary/connector-sdk/config';
import { type IssuerId, issuerUrl } from '@ostiary/primitives';
import type { ConnectorSettings } from './config.ts';
import { type PlugInReader, type PlugIns, readConnector } from './plug-ins.ts';
import type { Report } from './report.ts';
import { grantTypes } from './schema.ts';

/** Dex gives the password database these. */
const passwordDatabase = { id: 'local', name: 'Email' } as const;

interface LooseConnector {
  readonly type: string;
  readonly id: string;
  readonly name: string;
  readonly config?: unknown;
  readonly grantTypes: readonly string[];
}

export interface ConnectorsInput {
  /** Absent: too wrong to be read. */
  readonly issuer: IssuerId | undefined;
  /** `undefined` for one that is too wrong to be read. */
  readonly connectors: readonly (LooseConnector | undefined)[];
  readonly oauth2: { readonly grantTypes: readonly string[] };
  readonly enablePasswordDB: boolean;
  readonly staticPasswords: readonly Readonly<Record<string, unknown>>[];
  readonly reader: PlugInReader;
  readonly plugIns: PlugIns;
}

/** Reads all connectors; whatever is wrong goes into the report. */
export async function readConnectors(input: ConnectorsInput): Promise<readonly ConnectorSettings[]> {
  const { connectors, reader, plugIns } = input;
  checkIds(connectors, input);
  const configured = await Promise.all(
    connectors.map(async (block, index) => {
      const path = `connectors[${index}]`;
      if (block === undefined) return undefined;
      const read = await readConnector({ ...block, path }, plugIns.connectors, reader);
      if (read !== undefined) checkCallback(read, path, input);
      return read && withGrants(read, allowedGrants(block, path, input));
    }),
  );
  const all = [...configured, await readPasswordDatabase(input)].filter((one) => one !== undefined);
  if (connectors.length === 0 && !input.enablePasswordDB) {
    reader.report.problem('connectors', 'is missing, so nobody could log in. Add a connector, or enablePasswordDB.');
  }
  return all;
}

const withGrants = (connector: ConnectorSettings, grants: readonly string[] | undefined): ConnectorSettings =>
  grants === undefined ? connector : { ...connector, grantTypes: grants };

/**
 * The grants of a connector: its own list, narrowed by that of the server. `undefined` when neither says anything. A
 * grant that does not exist here leaves the list, but a list that was written never becomes "all".
 */
function allowedGrants(block: LooseConnector, path: string, input: ConnectorsInput): readonly string[] | undefined {
  const absent = block.grantTypes.filter((grant) => !grantTypes.some((known) => known === grant));
  if (absent.length > 0) {
    input.reader.report.warn(`${path}.grantTypes`, `has grants that Ostiary does not have yet: ${absent.join(', ')}.`);
  }
  return narrowed(block.grantTypes, input.oauth2.grantTypes);
}

function narrowed(own: readonly string[], server: readonly string[]): readonly string[] | undefined {
  if (own.length === 0 && server.length === 0) return undefined;
  const within = (list: readonly string[], grant: string) => list.length === 0 || list.includes(grant);
  return grantTypes.filter((grant) => within(own, grant) && within(server, grant));
}

function checkIds(connectors: ConnectorsInput['connectors'], { enablePasswordDB, reader }: ConnectorsInput): void {
  const ids = connectors.map((block) => block?.id);
  ids.forEach((id, index) => {
    const path = `connectors[${index}].id`;
    if (id === undefined) return;
    const first = ids.indexOf(id);
    if (first !== index) {
      reader.report.problem(path, `is the id of connectors[${first}] too. Give every connector its own.`);
    }
    if (enablePasswordDB && id === passwordDatabase.id) {
      reader.report.problem(path, 'is "local", which enablePasswordDB uses. Choose another id.');
    }
  });
}

async function readPasswordDatabase(input: ConnectorsInput): Promise<ConnectorSettings | undefined> {
  const { staticPasswords, enablePasswordDB, reader, plugIns, oauth2 } = input;
  if (!enablePasswordDB) {
    if (staticPasswords.length > 0) {
      reader.report.problem('staticPasswords', 'needs the password database. Add enablePasswordDB: true.');
    }
    return undefined;
  }
  const config = { staticPasswords: staticPasswords.map((entry, index) => withHash(entry, index, reader)) };
  // Dex expands no variables here, and a bcrypt hash is full of dollar signs.
  const nested: PlugInReader = { ...reader, expand: false, report: withoutPrefix(reader.report) };
  const { type } = plugIns.passwordDatabase;
  const block = { ...passwordDatabase, type, config, path: '' };
  const read = await readConnector(block, [plugIns.passwordDatabase], nested);
  return read && withGrants(read, narrowed([], oauth2.grantTypes));
}

/** `hashFromEnv` counts only without `hash`, as in Dex. */
function withHash(
  { hashFromEnv, ...entry }: Readonly<Record<string, unknown>>,
  index: number,
  { env, report }: PlugInReader,
): Readonly<Record<string, unknown>> {
  if (typeof hashFromEnv !== 'string' || (entry.hash !== undefined && entry.hash !== '')) return entry;
  const hash = env(hashFromEnv);
  if (hash) return { ...entry, hash };
  const path = `staticPasswords[${index}].hashFromEnv`;
  report.problem(path, `names ${hashFromEnv}, which is not set or empty. Set it.`);
  return entry;
}

/** The options of the password database stand at the top of the file, not in a `config` of their own. */
function withoutPrefix(report: Report): Report {
  const bare = (issues: readonly ConfigIssue[] = []) =>
    issues.map((issue) => ({ ...issue, path: issue.path.replace(/^\.config\./u, '') }));
  return {
    ...report,
    add: ({ problems, warnings }) => report.add({ problems: bare(problems), warnings: bare(warnings) }),
  };
}

/** Only these two URLs lead here; the connector would refuse any other at the first login. */
function checkCallback(
  { id, callbackUrl }: ConnectorSettings,
  path: string,
  { issuer, reader }: ConnectorsInput,
): void {
  if (callbackUrl === undefined || issuer === undefined) return;
  const shared = issuerUrl(issuer, '/callback');
  const own = issuerUrl(issuer, `/callback/${encodeURIComponent(id)}`);
  if (callbackUrl === shared || callbackUrl === own) return;
  reader.report.problem(
    `${path}.config.redirectURI`,
    `must be ${shared} or ${own}. Correct it, here and at the provider.`,
  );
}
