/** `connectors` and the password database, which is a connector too. */
import { openLocal, type PasswordEntry, staticPasswordDatabase } from '@ostiary/connector-local';
import type { ConfigIssue } from '@ostiary/connector-sdk/config';
import { grantTypes } from '@ostiary/issuer';
import { type IssuerId, issuerUrl } from '@ostiary/primitives';
import { eitherDatabase } from '../administration/either-database.ts';
import type { Config, ConnectorSettings } from './config.ts';
import type { LooseConnector, LooseFile } from './loose.ts';
import { type PlugInReader, type PlugIns, readConnector, readOptions } from './plug-ins.ts';
import type { Report } from './report.ts';
import { readIdentityMappings, readPersonRules } from './rules.ts';

/** Dex gives the password database these. */
export const passwordDatabase = { id: 'local', name: 'Email' } as const;

export interface ConnectorsInput extends Pick<LooseFile, 'connectors' | 'enablePasswordDB' | 'staticPasswords'> {
  /** Absent: too wrong to be read. */
  readonly issuer: IssuerId | undefined;
  readonly reader: PlugInReader;
  readonly plugIns: PlugIns;
}

/** Reads all connectors; whatever is wrong goes into the report. */
export async function readConnectors(input: ConnectorsInput): Promise<Pick<Config, 'connectors' | 'people'>> {
  const { connectors = [], reader } = input;
  checkIds(connectors, input);
  const configured = await Promise.all(connectors.map((block, index) => readBlock(block, index, input)));
  const people = await readPeople(input);
  const all = [...configured, people && databaseOf(people)].filter((one) => one !== undefined);
  if (input.connectors?.length === 0 && input.enablePasswordDB === false) {
    reader.report.problem('connectors', 'is missing, so nobody could log in. Add a connector, or enablePasswordDB.');
  }
  return { connectors: all, ...(people === undefined ? {} : { people }) };
}

const databaseOf = (people: readonly PasswordEntry[]): ConnectorSettings => ({
  ...passwordDatabase,
  type: 'local',
  open: (context, accounts) => openLocal(eitherDatabase(staticPasswordDatabase(people), accounts), context),
});

/** The ids that clients may name, also of connectors that are wrong otherwise; `undefined` when one cannot be told. */
export function connectorIds({
  connectors,
  enablePasswordDB,
}: Pick<LooseFile, 'connectors' | 'enablePasswordDB'>): readonly string[] | undefined {
  const ids = connectors?.map((block) => block?.id).filter((id) => id !== undefined);
  if (ids === undefined || ids.length !== connectors?.length) return undefined;
  return enablePasswordDB === false ? ids : [...ids, passwordDatabase.id];
}

async function readBlock(
  block: LooseConnector | undefined,
  index: number,
  input: ConnectorsInput,
): Promise<ConnectorSettings | undefined> {
  if (block?.type === undefined) return undefined;
  const path = `connectors[${index}]`;
  // Whatever else is wrong with the block, its options are looked at.
  const { type, id = '', name = '', config } = block;
  const wanted = { type, id, name, config, path };
  const { connector, callbackUrl, claims } = await readConnector(wanted, input.plugIns.connectors, input.reader);
  if (block.id !== undefined) checkCallback({ id: block.id, callbackUrl }, `${path}.config.redirectURI`, input);
  const grants = allowedGrants(block, path, input);
  const { report } = input.reader;
  const mapIdentity = readIdentityMappings(block.identityMappings, { path, report, claims });
  const rules = readPersonRules(block.userValidationRules, { path, report });
  return (
    connector && {
      ...connector,
      ...(grants === undefined ? {} : { grantTypes: grants }),
      ...(mapIdentity === undefined ? {} : { mapIdentity }),
      ...(rules === undefined ? {} : { userValidationRules: rules }),
    }
  );
}

/** The grants of a connector. One that does not exist here leaves the list, but a list that was written never becomes "all". */
function allowedGrants(
  { grantTypes: own = [] }: LooseConnector,
  path: string,
  input: ConnectorsInput,
): readonly string[] | undefined {
  if (own.length === 0) return undefined;
  const known = grantTypes.filter((grant) => grant !== 'client_credentials'); // No connector takes part in that one.
  const absent = own.filter((grant) => !known.some((type) => type === grant));
  if (absent.length > 0) {
    input.reader.report.warn(`${path}.grantTypes`, `has grants that no connector is used with: ${absent.join(', ')}.`);
  }
  return known.filter((grant) => own.includes(grant));
}

function checkIds(
  connectors: readonly (LooseConnector | undefined)[],
  { enablePasswordDB, reader }: ConnectorsInput,
): void {
  const ids = connectors.map((block) => block?.id);
  ids.forEach((id, index) => {
    const path = `connectors[${index}].id`;
    if (id === undefined) return;
    const first = ids.indexOf(id);
    if (first !== index) {
      reader.report.problem(path, `is the id of connectors[${first}] too. Give every connector its own.`);
    }
    if (enablePasswordDB === true && id === passwordDatabase.id) {
      reader.report.problem(path, 'is "local", which enablePasswordDB uses. Choose another id.');
    }
  });
}

async function readPeople(input: ConnectorsInput): Promise<readonly PasswordEntry[] | undefined> {
  const { staticPasswords = [], enablePasswordDB, reader, plugIns } = input;
  if (enablePasswordDB === false) {
    if (staticPasswords.length > 0) {
      reader.report.problem('staticPasswords', 'needs the password database. Add enablePasswordDB: true.');
    }
    return undefined;
  }
  const config = { staticPasswords: staticPasswords.map((entry, index) => withHash(entry, index, reader)) };
  // Dex expands no variables here, and a bcrypt hash is full of dollar signs.
  const nested: PlugInReader = { ...reader, expand: false, report: atTop(reader.report) };
  const parsed = await readOptions(plugIns.passwordDatabase, config, { path: '.config', reader: nested });
  return parsed.ok ? parsed.value.staticPasswords : undefined;
}

/** `hashFromEnv` counts only without `hash`, as in Dex. */
function withHash(raw: unknown, index: number, { env, report }: PlugInReader): unknown {
  if (typeof raw !== 'object' || raw === null || !('hashFromEnv' in raw)) return raw;
  const { hashFromEnv, ...entry } = raw;
  if (typeof hashFromEnv !== 'string' || ('hash' in entry && entry.hash !== '')) return entry;
  const hash = env(hashFromEnv);
  if (hash) return { ...entry, hash };
  const path = `staticPasswords[${index}].hashFromEnv`;
  report.problem(path, `names ${hashFromEnv}, which is not set or empty. Set it.`);
  return entry;
}

/**
 * The options of the password database stand at the top of the file, not in a `config` of their own. A hash that was to
 * come from the environment is not told to be missing when `hashFromEnv` has been told to be wrong.
 */
function atTop(report: Report): Report {
  const bare = (issues: readonly ConfigIssue[] = []) =>
    issues
      .map((issue) => ({ ...issue, path: issue.path.replace(/^\.config\./u, '') }))
      .filter(({ path }) => !report.problems.some((told) => told.path === `${path}FromEnv`));
  return {
    ...report,
    add: ({ problems, warnings }) => report.add({ problems: bare(problems), warnings: bare(warnings) }),
  };
}

/** Only these two URLs lead here; the connector would refuse any other at the first login. */
function checkCallback(
  { id, callbackUrl }: { readonly id: string; readonly callbackUrl: string | undefined },
  path: string,
  { issuer, reader: { report } }: ConnectorsInput,
): void {
  if (callbackUrl === undefined || issuer === undefined) return;
  // A key that has to go is not told to be wrong besides.
  if (report.problems.some((told) => told.path === path)) return;
  const shared = issuerUrl(issuer, '/callback');
  const own = issuerUrl(issuer, `/callback/${encodeURIComponent(id)}`);
  if (callbackUrl === shared || callbackUrl === own) return;
  report.problem(path, `must be ${shared} or ${own}. Correct it, here and at the provider.`);
}
